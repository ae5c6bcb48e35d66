package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.onDemand;
import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The steps of a publication, each made to matter. */
class SnapshotPowerTest {

  private static Wal open(SimulatedDisk disk, SyncPolicy policy) {
    return Wal.open(disk.root(), WalOptions.builder().syncPolicy(policy).maxSegmentSize(4096).maxRecordsPerSegment(3)
        .build());
  }

  private static DurableState<List<String>, String> state(Wal wal) {
    return Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), onDemand()).open();
  }

  /** Ends what was using a disk that has lost its power. */
  private static void abandon(Wal wal) {
    assertThrows(WalException.class, wal::close);
  }

  @Test
  void aSnapshotThatWasPublishedSurvivesAPowerLossWithWhatWasTruncatedForIt() {
    var disk = new SimulatedDisk();
    var crashed = open(disk, SyncPolicy.STRICT);
    var before = state(crashed);
    Names.range(0, 12).forEach(before::append);
    assertEquals(12, before.snapshot().snapshot().end());
    Names.range(12, 14).forEach(before::append);
    var left = disk.crash(Crash.DROP_ALL_UNSYNCED);
    abandon(crashed);
    try (var wal = open(left, SyncPolicy.STRICT); var state = state(wal)) {
      assertEquals(Names.range(0, 14), state.read(List::copyOf));
      assertEquals(12, state.recovery().snapshot().orElseThrow().end());
      assertEquals(List.of(), state.recovery().notes());
    }
  }

  @Test
  void aSnapshotNeverKnowsOfRecordsThatAPowerLossTakesAway() {
    var disk = new SimulatedDisk();
    var crashed = open(disk, SyncPolicy.ASYNC);
    var before = state(crashed);
    Names.range(0, 2).forEach(before::append);
    SnapshotStore.of(crashed, crashed.stream(Names.STREAM)).write(Names.range(0, 2), 2, Names.SNAPSHOTS);
    var left = disk.crash(Crash.DROP_ALL_UNSYNCED);
    abandon(crashed);
    try (var wal = open(left, SyncPolicy.ASYNC); var state = state(wal)) {
      assertEquals(Names.range(0, 2), state.read(List::copyOf));
    }
  }
}
