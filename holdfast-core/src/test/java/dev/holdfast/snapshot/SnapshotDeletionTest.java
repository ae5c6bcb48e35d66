package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.onDemand;
import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.Codecs;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which snapshots go, and when: never one that is needed, and never by the hand of somebody who only reads. */
class SnapshotDeletionTest {
  private final SimulatedDisk disk = new SimulatedDisk();
  private Wal wal = open();

  private Wal open() {
    return Wal.open(disk.root(), WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build());
  }

  @AfterEach
  void close() {
    wal.close();
  }

  private DurableState<List<String>, String> state(int kept) {
    return Names.on(wal).snapshots(Names.SNAPSHOTS, keep(kept), onDemand()).open();
  }

  private SnapshotStore store() {
    return SnapshotStore.of(wal, wal.stream(Names.STREAM));
  }

  private List<Long> ends() {
    return store().list().stream().map(SnapshotInfo::end).toList();
  }

  private Directory snapshots() throws IOException {
    return disk.root().subdirectory("snapshots");
  }

  private void damageNewest() throws IOException {
    var newest = store().newest().orElseThrow().file();
    try (var file = snapshots().subdirectory(Names.STREAM).open(newest, Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{9, 9, 9}), 140);
    }
  }

  @Test
  void aLogThatIsOpenForReadingOnlyOrClosedWroteAndDeletedSnapshots() {
    try (var state = state(3)) {
      for (var i = 0; i < 3; i++) {
        state.append("n" + i);
        state.snapshot();
      }
    }
    var closed = store();
    var before = closed.list();
    wal.close();
    assertThrows(WalClosedException.class, () -> closed.keep(1));
    assertThrows(WalClosedException.class, () -> closed.delete(before.getLast()));
    assertThrows(WalClosedException.class, () -> closed.write(List.of(), 0, Names.SNAPSHOTS));
    try (var reading = Wal.openReadOnly(disk.root(), WalOptions.defaults())) {
      var store = SnapshotStore.of(reading, reading.stream(Names.STREAM));
      var publisher = SnapshotPublisher.of(store, keep(1));
      assertThrows(UnsupportedOperationException.class, () -> store.keep(1));
      assertThrows(UnsupportedOperationException.class, () -> store.delete(before.getLast()));
      assertThrows(UnsupportedOperationException.class, () -> store.write(List.of(), 0, Names.SNAPSHOTS));
      assertThrows(UnsupportedOperationException.class,
          () -> publisher.publish(new Captured<>(Names.range(0, 3), 3), Names.SNAPSHOTS));
      assertEquals(before, store.list());
    }
    wal = open();
  }

  @Test
  void whatASnapshotReplacedWasDeletedThoughItsNameWasNotDurable() {
    try (var state = state(1)) {
      Names.range(0, 12).forEach(state::append);
      state.snapshot();
      Names.range(12, 15).forEach(state::append);
      disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).in("snapshots/" + Names.STREAM).forever());
      assertThrows(WalIOException.class, state::snapshot);
      assertEquals(List.of(12L, 15L), ends());
      var store = store();
      assertThrows(WalIOException.class, () -> store.keep(1));
      assertEquals(List.of(12L, 15L), ends());
      disk.clearFaults();
      assertEquals(1, store.keep(1).size());
    }
  }

  @Test
  void aDamagedSnapshotCountedAsOneOfThoseThatAreKept() throws IOException {
    try (var state = state(2)) {
      Names.range(0, 5).forEach(state::append);
      state.snapshot();
      Names.range(5, 12).forEach(state::append);
      state.snapshot();
    }
    damageNewest();
    try (var state = state(2)) {
      assertEquals(5, state.recovery().snapshot().orElseThrow().end());
      Names.range(12, 20).forEach(state::append);
      assertEquals(List.of(12L), state.snapshot().deleted().stream().map(SnapshotInfo::end).toList());
      assertEquals(List.of(5L, 20L), ends());
    }
    damageNewest();
    try (var state = state(2)) {
      assertEquals(Names.range(0, 20), state.read(List::copyOf));
    }
  }

  @Test
  void aSnapshotThatTakesTheNameOfADamagedOneIsKept() throws IOException {
    try (var state = state(2)) {
      Names.range(0, 5).forEach(state::append);
      state.snapshot();
      state.append("n5");
      state.snapshot();
    }
    damageNewest();
    try (var state = state(2)) {
      state.snapshot();
      assertEquals(List.of(5L, 6L), ends());
      state.append("n6");
      state.snapshot();
      assertEquals(List.of(6L, 7L), ends());
    }
    store().list().forEach(store()::verify);
  }

  @Test
  void aStreamCreatedAgainHadTheSnapshotsOfTheFormerOneWhoseDeletionHadFailed() throws IOException {
    try (var state = state(1)) {
      Names.range(0, 5).forEach(state::append);
      state.snapshot();
    }
    disk.inject(Fault.on(OperationKind.DELETE).in("snapshots/" + Names.STREAM).forever());
    assertThrows(WalIOException.class, () -> wal.deleteStream(Names.STREAM));
    assertThrows(WalIOException.class, () -> wal.stream(Names.STREAM));
    disk.clearFaults();
    try (var state = Names.on(wal).apply((names, entry) -> {
      names.add(entry.value());
      return names;
    }).open()) {
      state.append("new");
      assertEquals(List.of("new"), state.read(List::copyOf));
    }
    assertEquals(List.of(), ends());
    assertEquals(List.of(), snapshots().list());
    wal.close();
    wal = open();
    assertEquals(List.of(), ends());
    assertEquals(1, wal.stream(Names.STREAM, Codecs.utf8()).replay().count());
  }
}
