package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same entries give the same state, and at the end the same snapshot to the byte, whatever was synced, rotated,
 * published, truncated, batched and reopened between them.
 */
class CadenceTest {
  private static final int ENTRIES = 60;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void anyScheduleGivesTheSameState(long seed) throws IOException {
    var plain = snapshotAfter(new MemoryDirectory(), WalOptions.defaults(), new SplittableRandom(0), false);
    var random = new SplittableRandom(seed);
    var policies = List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(3));
    var options = WalOptions.builder().syncPolicy(policies.get(random.nextInt(policies.size())))
        .maxSegmentSize(4096 << random.nextInt(3)).maxRecordsPerSegment(1 + random.nextInt(20))
        .preallocate(random.nextBoolean()).writeBufferSize(4096 << random.nextInt(3)).build();
    assertArrayEquals(plain, snapshotAfter(new MemoryDirectory(), options, random, true), () -> "seed " + seed);
  }

  /** Appends all entries and returns the bytes of a snapshot of the state. */
  private static byte[] snapshotAfter(MemoryDirectory directory, WalOptions options, SplittableRandom random,
      boolean disturbed) throws IOException {
    var wal = Wal.open(directory, options);
    try {
      var kept = 1 + random.nextInt(3);
      var state = open(wal, kept);
      for (var next = 0; next < ENTRIES;) {
        var count = disturbed ? Math.min(ENTRIES - next, 1 + random.nextInt(4)) : 1;
        state.appendBatch(Names.range(next, next + count));
        next += count;
        switch (disturbed ? random.nextInt(6) : 5) {
          case 0 -> state.snapshot();
          case 1 -> wal.sync();
          case 2 -> {
            state.close();
            wal.close();
            wal = Wal.open(directory, options);
            state = open(wal, kept);
          }
          default -> assertEquals(next, state.end());
        }
      }
      assertEquals(Names.range(0, ENTRIES), state.read(List::copyOf));
      var snapshot = state.snapshot().snapshot();
      state.close();
      return directory.subdirectory("snapshots").subdirectory(Names.STREAM).read(snapshot.file(), 1 << 20);
    } finally {
      wal.close();
    }
  }

  private static DurableState<List<String>, String> open(Wal wal, int kept) {
    return Names.on(wal).snapshots(Names.SNAPSHOTS, SnapshotRetention.keep(kept), SnapshotPolicy.onDemand()).open();
  }
}
