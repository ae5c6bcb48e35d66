package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codecs;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.SnapshotException;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Getting a state back from snapshots and records: the table in CRASH-SAFETY.md, "Publishing a snapshot". */
class RecoveryTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final Wal wal = Wal.open(directory, WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5)
      .corruptionPolicy(CorruptionPolicy.ERROR).build());
  private final TypedStream<String> stream = wal.stream(Names.STREAM, Codecs.utf8());
  private final SnapshotStore store = SnapshotStore.of(wal, stream.stream());

  @AfterEach
  void close() {
    wal.close();
  }

  private void append(int from, int to) {
    Names.range(from, to).forEach(stream::append);
  }

  private SnapshotInfo snapshot(int end) {
    return store.write(Names.range(0, end), end, Names.SNAPSHOTS);
  }

  private Recovery<List<String>, String> recovery() {
    return Recovery.of(stream, store, Names.SNAPSHOTS, ArrayList::new, Names::apply);
  }

  private Directory files() throws IOException {
    return directory.subdirectory("snapshots").subdirectory(Names.STREAM);
  }

  private void damage(SnapshotInfo snapshot) throws IOException {
    try (var file = files().open(snapshot.file(), Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{99}), 140);
    }
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  @Test
  void withoutASnapshotAllRecordsAreApplied() {
    append(0, 12);
    var state = recovery().run();
    assertEquals(Names.range(0, 12), state.state());
    assertEquals(12, state.end());
    assertEquals(12, state.replayed());
    assertEquals(Optional.empty(), state.snapshot());
    assertEquals(List.of(), state.notes());
  }

  @Test
  void nothingAtAllIsTheInitialState() {
    var state = recovery().run();
    assertEquals(List.of(), state.state());
    assertEquals(0, state.end());
  }

  @Test
  void theNewestSnapshotAndTheRecordsAfterItAreUsed() {
    append(0, 12);
    snapshot(4);
    var newest = snapshot(9);
    var state = recovery().run();
    assertEquals(Names.range(0, 12), state.state());
    assertEquals(3, state.replayed());
    assertEquals(Optional.of(newest), state.snapshot());
  }

  @Test
  void whatIsTruncatedBelowTheSnapshotIsNotNeeded() {
    append(0, 12);
    snapshot(10);
    stream.stream().truncateBefore(10);
    assertEquals(10, stream.stream().firstId());
    assertEquals(Names.range(0, 12), recovery().run().state());
    snapshot(12);
    assertEquals(0, recovery().run().replayed());
  }

  @Test
  void aNewestSnapshotThatCannotBeReadFallsBackWhereTheRecordsSinceAreThere() throws IOException {
    append(0, 12);
    var older = snapshot(5);
    damage(snapshot(10));
    stream.stream().truncateBefore(5);
    var state = recovery().run();
    assertEquals(Names.range(0, 12), state.state());
    assertEquals(Optional.of(older), state.snapshot());
    assertEquals(7, state.replayed());
    assertEquals(1, state.notes().size());
    assertTrue(state.notes().getFirst().contains("00000000000000000010-"), state.notes()::toString);
  }

  @Test
  void aNewestSnapshotThatCannotBeReadIsAnErrorWhereTheRecordsSinceAreGone() throws IOException {
    append(0, 12);
    snapshot(4);
    damage(snapshot(10));
    stream.stream().truncateBefore(10);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains("the newest snapshot that can be read ends at 4, but the log begins at 10: "
        + "records 4 to 9 are missing"), error::toString);
    assertTrue(message(error).contains("00000000000000000010-"), "the one that cannot be read is named");
  }

  @Test
  void noSnapshotAndALogThatDoesNotBeginAtTheBeginningIsAnError() {
    append(0, 12);
    stream.stream().truncateBefore(5);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains("records 0 to 4 are missing"), error::toString);
  }

  @Test
  void aSnapshotThatKnowsOfRecordsTheLogHasNotGotIsAnErrorAndNotSkipped() {
    append(0, 12);
    snapshot(5);
    var ahead = snapshot(12);
    stream.stream().truncateFrom(8);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains(ahead.file()) && message(error).contains("the log ends at 8"), error::toString);
    store.delete(ahead);
    assertEquals(Names.range(0, 8), recovery().run().state(), "as the message says");
  }

  @Test
  void aSnapshotOfAnotherHistoryIsAnError() {
    append(0, 12);
    snapshot(10);
    stream.stream().truncateFrom(8);
    append(20, 30);
    var error = assertThrows(SnapshotException.class, () -> recovery().run());
    assertTrue(message(error).contains("different histories"), error::toString);
  }

  @Test
  void aPointInTimeIsReachedFromTheNewestSnapshotBeforeIt() {
    append(0, 20);
    snapshot(5);
    snapshot(10);
    snapshot(15);
    for (var id = 0; id < 20; id++) {
      var state = recovery().upTo(id).run();
      assertEquals(Names.range(0, id + 1), state.state());
      assertEquals(id + 1, state.end());
      assertEquals((id + 1) % 5, id < 19 ? state.replayed() % 5 : 0);
    }
    assertEquals(2, recovery().upTo(11).run().replayed());
    var error = assertThrows(SnapshotException.class, () -> recovery().upTo(20).run());
    assertTrue(message(error).contains("no record 20 to recover up to: the log ends at 20"), error::toString);
    stream.stream().truncateBefore(10);
    store.keep(2);
    assertThrows(SnapshotException.class, () -> recovery().upTo(8).run(), "neither snapshot nor records are there");
    assertThrows(IllegalArgumentException.class, () -> recovery().upTo(-1));
  }

  @Test
  void aPublishedSnapshotThatIsMissingIsNoted() {
    append(0, 12);
    var publisher = SnapshotPublisher.of(store, SnapshotRetention.keep(2));
    publisher.publish(new Captured<>(Names.range(0, 3), 3), Names.SNAPSHOTS);
    var published = publisher.publish(new Captured<>(Names.range(0, 4), 4), Names.SNAPSHOTS);
    assertEquals(List.of(3L, 4L), publisher.markers().stream().map(SnapshotMarker::end).toList());
    store.delete(published.snapshot());
    var state = recovery().run();
    assertEquals(Names.range(0, 12), state.state());
    assertEquals(List.of("the newest snapshot published, up to 4, is missing"), state.notes());
  }

  @Test
  void progressIsToldAtTheBeginningOnTheWayAndAtTheEnd() {
    stream.stream().appendBatch(Names.range(0, 25_000).stream().map(name -> name.getBytes(
        StandardCharsets.UTF_8)).toList());
    var told = new ArrayList<List<Long>>();
    recovery().progress((next, end) -> told.add(List.of(next, end))).run();
    assertEquals(List.of(List.of(0L, 25_000L), List.of(10_000L, 25_000L), List.of(20_000L, 25_000L),
        List.of(25_000L, 25_000L)), told);
  }

  @Test
  void theLogOfALiveWriterIsRecoveredBesideItFromAReadOnlyOpen() {
    append(0, 12);
    SnapshotPublisher.of(store, SnapshotRetention.keep(1)).publish(new Captured<>(Names.range(0, 7), 7),
        Names.SNAPSHOTS);
    try (var reading = Wal.openReadOnly(directory, WalOptions.defaults())) {
      var other = reading.stream(Names.STREAM, Codecs.utf8());
      var state = Recovery.of(other, SnapshotStore.of(reading, other.stream()), Names.SNAPSHOTS,
          ArrayList<String>::new, Names::apply).run();
      assertEquals(Names.range(0, 12), state.state());
      assertEquals(5, state.replayed());
    }
  }
}
