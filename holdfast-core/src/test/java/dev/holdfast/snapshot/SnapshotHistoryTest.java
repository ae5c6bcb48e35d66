package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codecs;
import dev.holdfast.CorruptionException;
import dev.holdfast.SnapshotException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of a history that the log has not got any more, and what is known of them otherwise. */
class SnapshotHistoryTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final Wal wal = Wal.open(directory,
      WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build());
  private final TypedStream<String> stream = wal.stream(Names.STREAM, Codecs.utf8());
  private final SnapshotStore store = SnapshotStore.of(wal, stream.stream());

  @AfterEach
  void close() {
    wal.close();
  }

  private Recovery<List<String>, String> recovery() {
    return Recovery.of(stream, store, Names.SNAPSHOTS, ArrayList::new, (state, entry) -> {
      state.add(entry.value());
      return state;
    });
  }

  private SnapshotInfo appendedAndSnapshot(String... names) {
    var id = stream.appendBatch(List.of(names)).end();
    return store.write(List.of(names), id, Names.SNAPSHOTS);
  }

  private Directory files() throws IOException {
    return directory.subdirectory("snapshots").subdirectory(Names.STREAM);
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  @Test
  void aHistoryThatEndsWithTheSameRecordWasTakenForTheOneOfTheSnapshot() {
    var snapshot = appendedAndSnapshot("a", "b", "tick");
    stream.stream().truncateFrom(0);
    List.of("c", "d", "tick").forEach(stream::append);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains("different histories"), error::toString);
    store.delete(snapshot);
    assertEquals(List.of("c", "d", "tick"), recovery().run().state(), "as the message says");
  }

  @Test
  void aSnapshotWrittenInTheNewHistoryReplacesTheOneOfTheOld() {
    appendedAndSnapshot("a", "b", "tick");
    stream.stream().truncateFrom(0);
    var snapshot = appendedAndSnapshot("c", "d", "tick");
    assertEquals(List.of(snapshot), store.list());
    assertEquals(List.of("c", "d", "tick"), recovery().run().state());
  }

  @Test
  void ofTwoThatACrashHasLeftAtOneEndTheOneOfTheLogsHistoryIsUsed() throws IOException {
    for (var after : List.of("x", "y", "z")) { // whichever name comes first
      stream.stream().truncateFrom(0);
      var old = appendedAndSnapshot("a", "b", "tick");
      var bytes = files().read(old.file(), Integer.MAX_VALUE);
      stream.stream().truncateFrom(0);
      appendedAndSnapshot(after, "d", "tick");
      try (var file = files().create(old.file(), 0)) {
        file.write(ByteBuffer.wrap(bytes), 0);
      }
      assertEquals(2, store.list().size());
      assertEquals(List.of(after, "d", "tick"), recovery().run().state());
    }
  }

  @Test
  void aStreamThatWasCutWhileASnapshotWasWrittenGaveTheOldStateTheNewHistory() throws IOException {
    List.of("a", "b", "c").forEach(stream::append);
    var cutting = new SnapshotCodec<List<String>>() {
      @Override
      public void write(List<String> state, OutputStream out) throws IOException {
        stream.stream().truncateFrom(0);
        List.of("d", "e", "c").forEach(stream::append);
        Names.SNAPSHOTS.write(state, out);
      }

      @Override
      public List<String> read(InputStream in) throws IOException {
        return Names.SNAPSHOTS.read(in);
      }
    };
    var error = assertThrows(SnapshotException.class, () -> store.write(List.of("a", "b", "c"), 3, cutting));
    assertTrue(message(error).contains("was cut below 3"), error::toString);
    assertEquals(List.of(), files().list());
    assertEquals(List.of("d", "e", "c"), recovery().run().state());
  }

  @Test
  void aStateThatDidNotKnowOfACutGaveItselfTheNewHistory() {
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), SnapshotPolicy.onDemand()).open()) {
      List.of("a", "b", "tick").forEach(state::append);
      stream.stream().truncateFrom(0);
      List.of("c", "d", "tick").forEach(stream::append);
      var error = assertThrows(SnapshotException.class, state::snapshot);
      assertTrue(message(error).contains("has somebody truncated the stream?"), error::toString);
    }
    assertEquals(List.of(), store.list());
  }

  @Test
  void aDamagedLastRecordThatTheSnapshotHasAnywayWasAnError() throws IOException {
    Names.range(0, 12).forEach(stream::append);
    store.write(Names.range(0, 10), 10, Names.SNAPSHOTS);
    var file = stream.stream().segments().get(1).file();
    var place = store.engine().placeOf(9).orElseThrow();
    assertEquals(file, place.segment());
    try (var segment = directory.subdirectory("streams").subdirectory(Names.STREAM).open(file, Access.READ_WRITE)) {
      segment.write(ByteBuffer.wrap(new byte[]{99}), place.offset() + 33);
    }
    assertThrows(CorruptionException.class, () -> stream.get(9));
    var state = recovery().run();
    assertEquals(Names.range(0, 12), state.state());
    assertTrue(state.notes().getFirst().contains("is damaged in the log"), state.notes()::toString);
    store.write(Names.range(0, 10), 10, Names.SNAPSHOTS);
    assertEquals("00000000000000000010.snap", store.newest().orElseThrow().file());
    assertEquals(Names.range(0, 12), recovery().run().state());
  }

  @Test
  void aStreamOfAnotherLogIsRefused() {
    try (var other = Wal.open(new MemoryDirectory(), WalOptions.defaults())) {
      var theirs = other.stream(Names.STREAM);
      assertThrows(IllegalArgumentException.class, () -> SnapshotStore.of(wal, theirs));
      var typed = other.stream(Names.STREAM, Codecs.utf8());
      var builder = DurableState.<List<String>, String>on(wal, typed).initial(ArrayList::new).apply(Names::apply);
      assertThrows(IllegalArgumentException.class, builder::open);
    }
    wal.deleteStream(Names.STREAM);
    assertThrows(IllegalArgumentException.class, () -> SnapshotStore.of(wal, stream.stream()));
  }

  private SnapshotInfo published(SnapshotPublisher publisher, List<String> names) {
    names.subList((int) stream.stream().nextId(), names.size()).forEach(stream::append);
    return publisher.publish(new Captured<>(names, names.size()), Names.SNAPSHOTS).snapshot();
  }

  private static List<String> others(int count) {
    return Names.range(0, count).stream().map(name -> "other " + name).toList();
  }

  private void damage(SnapshotInfo snapshot) throws IOException {
    try (var file = files().open(snapshot.file(), Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{9, 9, 9}), 140);
    }
  }

  @Test
  void aSnapshotOfAHistoryThatWasCutWasKeptAndWhatToldItApartTruncated() throws IOException {
    var publisher = SnapshotPublisher.of(store, keep(2));
    published(publisher, Names.range(0, 5));
    stream.stream().truncateFrom(0);
    var newest = published(publisher, others(8));
    assertEquals(List.of(newest), store.list());
    damage(newest);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains("there is no snapshot that can be read"), error::toString);
  }

  @Test
  void ofTwoAtOneEndTheOneOfTheOtherHistoryWasKept() throws IOException {
    var publisher = SnapshotPublisher.of(store, keep(2));
    for (var round = 0; round < 4; round++) { // whichever name comes first
      store.list().forEach(store::delete);
      stream.stream().truncateFrom(0);
      var old = published(publisher, Names.range(0, 3));
      var bytes = files().read(old.file(), Integer.MAX_VALUE);
      stream.stream().truncateFrom(0);
      var of3 = published(publisher, others(3));
      try (var file = files().create(old.file(), 0)) {
        file.write(ByteBuffer.wrap(bytes), 0);
      }
      var of4 = published(publisher, others(4));
      assertEquals(List.of(of3, of4), store.list());
      damage(of4);
      assertEquals(others(4), recovery().run().state());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 8})
  void aDeletedSnapshotOfAnotherHistoryCameBackAfterAPowerLoss(int last) {
    var disk = new SimulatedDisk();
    var options = WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build();
    var log = Wal.open(disk.root(), options);
    var entries = log.stream(Names.STREAM, Codecs.utf8());
    var publisher = SnapshotPublisher.of(SnapshotStore.of(log, entries.stream()), keep(2));
    for (var end : List.of(5, last)) {
      entries.stream().truncateFrom(0);
      Names.range(0, end).forEach(entries::append);
      publisher.publish(new Captured<>(Names.range(0, end), end), Names.SNAPSHOTS);
    }
    var left = disk.crash(Crash.DROP_ALL_UNSYNCED);
    assertThrows(WalException.class, log::close);
    try (var again = Wal.open(left.root(), options)) {
      var snapshots = SnapshotStore.of(again, again.stream(Names.STREAM)).list();
      assertEquals(List.of((long) last), snapshots.stream().map(SnapshotInfo::end).toList());
    }
  }

  // ---- markers

  @Test
  void theMarkerOfAFormerStreamOfTheNameWasTakenForOneOfThis() {
    Names.range(0, 3).forEach(stream::append);
    SnapshotPublisher.of(store, keep(1)).publish(new Captured<>(Names.range(0, 3), 3), Names.SNAPSHOTS);
    wal.deleteStream(Names.STREAM);
    var again = wal.stream(Names.STREAM, Codecs.utf8());
    again.append("n0");
    var its = SnapshotStore.of(wal, again.stream());
    var recovered = Recovery.of(again, its, Names.SNAPSHOTS, ArrayList::new, Names::apply).run();
    assertEquals(List.of(), recovered.notes());
    assertEquals(List.of(), SnapshotPublisher.of(its, keep(1)).markers());
  }

  @Test
  void withoutMarkersSnapshotsPiledUp() {
    var disk = new SimulatedDisk();
    try (var log = Wal.open(disk.root(), WalOptions.defaults())) {
      var entries = log.stream(Names.STREAM, Codecs.utf8());
      var snapshots = SnapshotStore.of(log, entries.stream());
      var publisher = SnapshotPublisher.of(snapshots, keep(2));
      entries.append("n0");
      publisher.publish(new Captured<>(Names.range(0, 1), 1), Names.SNAPSHOTS);
      disk.inject(Fault.on(OperationKind.FORCE).in("system"));
      for (var i = 1; i < 6; i++) {
        var end = i + 1;
        entries.append("n" + i);
        assertThrows(StreamFailedException.class,
            () -> publisher.publish(new Captured<>(Names.range(0, end), end), Names.SNAPSHOTS));
        assertEquals(0, entries.stream().firstId(), "nothing is truncated");
      }
      assertEquals(2, snapshots.list().size());
    } catch (StreamFailedException e) { // closing says so once more
      assertTrue(message(e).contains("'snapshots'"), e::toString);
    }
  }

  @Test
  void snapshotsWereWrittenInVainWhereTheMarkersHadFailed() {
    var disk = new SimulatedDisk();
    var written = new AtomicInteger();
    try (var log = Wal.open(disk.root(), WalOptions.defaults())) {
      var entries = log.stream(Names.STREAM, Codecs.utf8());
      var publisher = SnapshotPublisher.of(SnapshotStore.of(log, entries.stream()), keep(2));
      entries.append("n0");
      publisher.publish(new Captured<>(Names.range(0, 1), 1), Names.SNAPSHOTS);
      disk.inject(Fault.on(OperationKind.FORCE).in("system"));
      disk.inject(Fault.on(OperationKind.RENAME).in("snapshots/" + Names.STREAM).forever()
          .delayedBy(written::incrementAndGet));
      for (var i = 0; i < 5; i++) {
        assertThrows(StreamFailedException.class,
            () -> publisher.publish(new Captured<>(Names.range(0, 1), 1), Names.SNAPSHOTS));
      }
      assertEquals(1, written.get(), "the one whose marker failed");
    } catch (StreamFailedException e) { // closing says so once more
      assertTrue(message(e).contains("'snapshots'"), e::toString);
    }
  }

  @Test
  void aSnapshotIsNotWrittenWhereItsMarkerCouldNotBe() throws IOException {
    Names.range(0, 12).forEach(stream::append);
    SnapshotPublisher.of(store, keep(2)).publish(new Captured<>(Names.range(0, 3), 3), Names.SNAPSHOTS);
    wal.close();
    var markers = directory.subdirectory("system").subdirectory("snapshots");
    var file = markers.list().stream().filter(name -> name.endsWith(".seg")).findFirst().orElseThrow();
    try (var segment = markers.open(file, Access.READ_WRITE)) {
      segment.write(ByteBuffer.wrap(new byte[]{99}), 20);
    }
    try (var again = Wal.open(directory, WalOptions.defaults())) {
      var snapshots = SnapshotStore.of(again, again.stream(Names.STREAM));
      assertThrows(CorruptionException.class, () -> SnapshotPublisher.of(snapshots, keep(2))
          .publish(new Captured<>(Names.range(0, 5), 5), Names.SNAPSHOTS));
      assertEquals(List.of(3L), snapshots.list().stream().map(SnapshotInfo::end).toList());
    }
  }
}
