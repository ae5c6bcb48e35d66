package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.SMALL;
import static dev.holdfast.shard.Sharded.bytes;
import static dev.holdfast.shard.Sharded.keyOf;
import static dev.holdfast.shard.Sharded.memory;
import static dev.holdfast.shard.Sharded.records;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CheckpointNotFoundException;
import dev.holdfast.CorruptionException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.InvalidCheckpointIdException;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.log.OpenShards;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checkpoints: what they cover, that they are found again, and what is given up for them. */
@Timeout(60)
class CheckpointsTest {
  private static final WalOptions ASYNC = SMALL.toBuilder().syncPolicy(SyncPolicy.ASYNC).build();

  private static List<String> ids(ShardedWal log) {
    return log.checkpoints().stream().map(Checkpoint::idText).toList();
  }

  @Test
  void whatACheckpointCoversSurvivesAPowerLossUnderEveryPolicy() { // KNOWN-FAILURES 6, 7
    for (var policy : List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(1000))) {
      var disk = new SimulatedDisk();
      var options = SMALL.toBuilder().syncPolicy(policy).build();
      var log = ShardedWal.openIn(List.of(disk.root()), options, 3);
      for (var i = 0; i < 20; i++) {
        log.append(bytes("k" + i), bytes("v" + i));
      }
      log.appendBatch(List.of(new KeyedRecord(bytes("x"), bytes("1")), new KeyedRecord(bytes("y"), bytes("2"))));
      var nextIds = log.nextIds();
      var checkpoint = log.createCheckpoint("c");
      assertArrayEquals(nextIds, checkpoint.offsets());
      log.append(bytes("later"), bytes("perhaps lost"));
      var after = disk.crash(Crash.DROP_ALL_UNSYNCED);
      try (var again = ShardedWal.openIn(List.of(after.root()), options)) {
        assertEquals(checkpoint, again.latestCheckpoint().orElseThrow());
        for (var shard = 0; shard < 3; shard++) {
          assertTrue(again.nextIds()[shard] >= checkpoint.offset(shard));
        }
      }
    }
  }

  @Test
  void recordsThatWereOnlyFoundAreMadeDurableBeforeACheckpointNamesThem() { // KNOWN-FAILURES 7
    var disk = new SimulatedDisk();
    var log = ShardedWal.openIn(List.of(disk.root()), ASYNC, 2);
    for (var i = 0; i < 20; i++) {
      log.append(bytes("k" + i), bytes("v" + i));
    }
    var killed = disk.killProcess();
    var again = ShardedWal.openIn(List.of(killed.root()), ASYNC);
    assertEquals(20, Arrays.stream(again.nextIds()).sum());
    var checkpoint = again.createCheckpoint("c");
    assertEquals(20, Arrays.stream(checkpoint.offsets()).sum());
    try (var last = ShardedWal.openIn(List.of(killed.crash(Crash.DROP_ALL_UNSYNCED).root()), ASYNC)) {
      assertArrayEquals(checkpoint.offsets(), last.nextIds());
      assertEquals(List.of(checkpoint), last.checkpoints());
    }
  }

  @Test
  void restoringReadsExactlyWhatWasAppendedAfter() {
    var directories = memory(2);
    Checkpoint middle;
    try (var log = ShardedWal.openIn(directories, SMALL, 4)) {
      IntStream.range(0, 100).forEach(i -> log.append(bytes("k" + i), bytes("v" + i)));
      middle = log.createCheckpoint("middle");
      IntStream.range(100, 150).forEach(i -> log.append(bytes("k" + i), bytes("v" + i)));
      log.createCheckpoint("end");
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      assertEquals(middle, log.checkpoint("middle").orElseThrow());
      var found = IntStream.range(0, 4).boxed().flatMap(shard -> {
        try (var cursor = log.readAfter(middle, shard)) {
          return records(cursor).stream();
        }
      }).sorted().toList();
      assertEquals(IntStream.range(100, 150).mapToObj(i -> "v" + i).sorted().toList(), found);
    }
  }

  @Test
  void ofSeveralWithOneIdTheNewestWins() {
    var directories = memory(1);
    Checkpoint second;
    try (var log = ShardedWal.openIn(directories, SMALL, 2)) {
      log.createCheckpoint("a");
      log.createCheckpoint("b");
      log.append(bytes("k"), bytes("v"));
      second = log.createCheckpoint("a");
      assertEquals(List.of("b", "a"), ids(log));
      assertEquals(second, log.checkpoint("a").orElseThrow());
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      assertEquals(List.of("b", "a"), ids(log));
      assertEquals(second, log.checkpoint("a").orElseThrow());
      assertEquals(second, log.latestCheckpoint().orElseThrow());
    }
  }

  @Test
  void aClockThatIsSetBackChangesNothing() {
    var directories = memory(1);
    try (var log = ShardedWal.openIn(directories, SMALL, 1)) {
      log.createCheckpoint("of before");
    }
    var opened = OpenShards.forWriting(directories, SMALL, 0);
    var checkpoints = checkpointsOf(opened, () -> Instant.ofEpochSecond(-5, 7));
    checkpoints.take(CheckpointId.of("set back"), () -> new long[]{0});
    opened.log().close();
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      var latest = log.latestCheckpoint().orElseThrow();
      assertEquals("set back", latest.idText());
      assertEquals(Instant.ofEpochSecond(-5, 7), latest.time());
      assertEquals(List.of("of before", "set back"), ids(log));
      log.compactCheckpoints(1);
      assertEquals(List.of("set back"), ids(log));
    }
  }

  private static Checkpoints checkpointsOf(OpenShards opened, InstantSource clock) {
    var replay = new CheckpointReplay(opened.checkpoints(), opened.shards().size(), CorruptionPolicy.ERROR);
    replay.catchUp();
    return new Checkpoints(opened.checkpoints(), replay.index(), clock);
  }

  @Test
  void idsAreAnyBytesFrom1To65535() {
    var directories = memory(1);
    var longest = new byte[65_535];
    Arrays.fill(longest, (byte) 0xFF);
    try (var log = ShardedWal.openIn(directories, SMALL.toBuilder().maxRecordSize(10).maxBatchSize(10).build(), 2)) {
      log.createCheckpoint(longest);
      log.createCheckpoint(new byte[]{0});
      log.createCheckpoint("ü");
      assertThrows(InvalidCheckpointIdException.class, () -> log.createCheckpoint(""));
      assertThrows(InvalidCheckpointIdException.class, () -> log.createCheckpoint(new byte[0]));
      assertThrows(InvalidCheckpointIdException.class, () -> log.createCheckpoint(new byte[65_536]));
      assertThrows(InvalidCheckpointIdException.class, () -> log.createCheckpoint("\uD800"));
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      assertArrayEquals(longest, log.checkpoint(longest).orElseThrow().id());
      assertTrue(log.checkpoint(new byte[]{0}).isPresent());
      assertTrue(log.checkpoint("ü").isPresent());
      assertFalse(log.checkpoint("u").isPresent());
      assertTrue(log.checkpoints().getFirst().idText().startsWith("0xffff"));
    }
  }

  @Test
  void pruningDeletesWhatTheCheckpointCoversAndNothingElse() {
    var directories = memory(2);
    try (var log = ShardedWal.openIn(directories, SMALL, 3)) {
      IntStream.range(0, 3000).forEach(i -> log.append(bytes("k" + i), bytes("value number " + i)));
      var checkpoint = log.createCheckpoint("c");
      IntStream.range(0, 300).forEach(i -> log.append(bytes("k" + i), bytes("after " + i)));
      var before = IntStream.range(0, 3).map(shard -> log.segments(shard).size()).sum();
      var stats = log.pruneBefore("c");
      assertEquals(before - IntStream.range(0, 3).map(shard -> log.segments(shard).size()).sum(), stats.segments());
      assertTrue(stats.segments() > 10 && stats.bytes() > 40_000 && stats.records() > 1000, stats::toString);
      for (var shard = 0; shard < 3; shard++) {
        assertEquals(stats.deleted().get(shard).end(), log.firstIds()[shard]);
        assertTrue(log.firstIds()[shard] <= checkpoint.offset(shard));
        assertTrue(
            log.segments(shard).getFirst().ids().end() > checkpoint.offset(shard) || log.segments(shard).size() == 1);
      }
      assertEquals(0, log.pruneBefore("c").segments());
      assertThrows(CheckpointNotFoundException.class, () -> log.pruneBefore("d"));
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      var checkpoint = log.latestCheckpoint().orElseThrow();
      assertEquals(300, IntStream.range(0, 3).map(shard -> {
        try (var cursor = log.readAfter(checkpoint, shard)) {
          return records(cursor).size();
        }
      }).sum());
    }
  }

  @Test
  void aCheckpointWhoseRecordsArePrunedIsRefusedRatherThanRestoredInPart() {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 1)) {
      var old = log.createCheckpoint("old");
      IntStream.range(0, 1000).forEach(i -> log.append(bytes("k"), bytes("value number " + i)));
      log.createCheckpoint("new");
      log.pruneBefore("new");
      assertEquals(old, log.checkpoint("old").orElseThrow());
      assertThrows(CheckpointNotFoundException.class, () -> log.readAfter(old, 0));
    }
  }

  @Test
  void compactionKeepsTheNewestAlsoAfterReopening() {
    var directories = memory(1);
    try (var log = ShardedWal.openIn(directories, SMALL, 2)) {
      for (var i = 0; i < 50; i++) {
        log.append(bytes("k" + i), bytes("v"));
        log.createCheckpoint("c" + i);
      }
      log.createCheckpoint("c48");
      assertEquals(new CompactionStats(3, 47, 0, 0), log.compactCheckpoints(3));
      assertEquals(List.of("c47", "c49", "c48"), ids(log));
      assertFalse(log.checkpoint("c46").isPresent());
      assertEquals(new CompactionStats(3, 0, 0, 0), log.compactCheckpoints(3));
      log.createCheckpoint("c50");
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      assertEquals(List.of("c47", "c49", "c48", "c50"), ids(log));
      assertEquals("c50", log.latestCheckpoint().orElseThrow().idText());
    }
  }

  @Test
  void compactionGivesSpaceBack() {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 200)) {
      for (var i = 0; i < 3000; i++) {
        log.createCheckpoint("c" + i);
      }
      var stats = log.compactCheckpoints(10);
      assertTrue(stats.segments() >= 3 && stats.bytes() > 3_000_000, stats::toString);
      assertEquals(10, ids(log).size());
    }
  }

  @Test
  void aReaderBesideAWriterSeesCheckpointsComeAndGo() {
    var directories = memory(1);
    try (var log = ShardedWal.openIn(directories, SMALL, 2);
        var reader = ShardedWal.openReadOnlyIn(directories, SMALL)) {
      assertEquals(List.of(), ids(reader));
      IntStream.range(0, 20).forEach(i -> log.createCheckpoint("c" + i));
      assertEquals(ids(log), ids(reader));
      log.compactCheckpoints(2);
      assertEquals(List.of("c18", "c19"), ids(reader));
      assertEquals(log.latestCheckpoint(), reader.latestCheckpoint());
      assertThrows(UnsupportedOperationException.class, () -> reader.createCheckpoint("x"));
      assertThrows(UnsupportedOperationException.class, () -> reader.compactCheckpoints(1));
      assertThrows(UnsupportedOperationException.class, () -> reader.append(bytes("k"), bytes("v")));
    }
  }

  @Test
  void aDamagedTailOfTheCheckpointsHidesNoEarlierOne() {
    var disk = new SimulatedDisk();
    var log = ShardedWal.openIn(List.of(disk.root()), SMALL, 2);
    IntStream.range(0, 10).forEach(i -> log.createCheckpoint("c" + i));
    var killed = disk.killProcess();
    var segment = "system/checkpoints/00000000000000000000.seg";
    killed.flipBit(segment, 192 + 9 * 72 + 40, 0); // frames of 16 + 2 × 8 + 2 bytes and their header
    var torn = killed.crash(Crash.KEEP_ALL);
    var error = assertThrows(CorruptionException.class,
        () -> ShardedWal.openIn(List.of(torn.root()), SMALL)); // the watermark proves that it was durable
    assertTrue(error.file().contains("checkpoints"), error::toString);
    var truncating = SMALL.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    try (var again = ShardedWal.openIn(List.of(torn.root()), truncating)) {
      assertEquals(IntStream.range(0, 9).mapToObj(i -> "c" + i).toList(), ids(again));
      again.createCheckpoint("later");
    }
    try (var again = ShardedWal.openIn(List.of(torn.root()), SMALL)) {
      assertEquals("later", again.latestCheckpoint().orElseThrow().idText());
      assertEquals(10, ids(again).size());
    }
  }

  @Test
  void damageWithinTheCheckpointsCostsThatOneIfTheUserGivesItUp() {
    var disk = new SimulatedDisk();
    try (var log = ShardedWal.openIn(List.of(disk.root()), SMALL, 2)) {
      IntStream.range(0, 10).forEach(i -> log.createCheckpoint("c" + i));
    }
    disk.flipBit("system/checkpoints/00000000000000000000.seg", 192 + 4 * 72 + 40, 0); // sealed: not scanned at opening
    assertThrows(CorruptionException.class, () -> ShardedWal.openIn(List.of(disk.root()), SMALL));
    var truncating = SMALL.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    try (var again = ShardedWal.openIn(List.of(disk.root()), truncating)) {
      assertEquals(List.of("c0", "c1", "c2", "c3", "c5", "c6", "c7", "c8", "c9"), ids(again));
    }
  }

  @Test
  void aShardThatCannotBeSyncedGetsNoCheckpoint() {
    var disk = new SimulatedDisk();
    var log = ShardedWal.openIn(List.of(disk.root()), ASYNC, 3);
    IntStream.range(0, 30).forEach(i -> log.append(bytes("k" + i), bytes("v" + i)));
    disk.inject(Fault.on(OperationKind.FORCE).in("shard-00001").losingCache());
    assertThrows(StreamFailedException.class, () -> log.createCheckpoint("c"));
    assertThrows(StreamFailedException.class, () -> log.createCheckpoint("c"));
    assertEquals(List.of(), log.checkpoints());
    disk.clearFaults();
    assertThrows(StreamFailedException.class, log::close);
    try (var again = ShardedWal.openIn(List.of(disk.root()), ASYNC)) {
      assertEquals(List.of(), again.checkpoints());
      assertEquals(3, again.createCheckpoint("c").shardCount());
    }
  }

  @Test
  void aFullDiskLeavesTheCheckpointsThereWere() {
    var disk = new SimulatedDisk();
    try (var log = ShardedWal.openIn(List.of(disk.root()), SMALL, 200)) {
      IntStream.range(0, 20).forEach(i -> log.createCheckpoint("c" + i));
      disk.setCapacity(disk.usedSpace());
      assertThrows(StorageFullException.class,
          () -> IntStream.range(20, 200).forEach(i -> log.createCheckpoint("c" + i)));
      var there = ids(log);
      assertTrue(there.size() >= 20);
      assertThrows(StorageFullException.class, () -> log.compactCheckpoints(19));
      assertEquals(there, ids(log));
      disk.setCapacity(Long.MAX_VALUE);
      assertEquals(5, log.compactCheckpoints(5).retained());
      log.createCheckpoint("again");
      assertEquals(6, ids(log).size());
    }
    try (var log = ShardedWal.openIn(List.of(disk.root()), SMALL)) {
      assertEquals(6, ids(log).size());
    }
  }

  @Test
  void aCheckpointMayBeTakenByTheOnlyThreadOfTheCompletionExecutor() throws Exception {
    try (var executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("only").factory());
        var log = ShardedWal.openIn(memory(1), SMALL.toBuilder().completionExecutor(executor).build(), 4)) {
      var taken = executor.submit(() -> {
        log.appendBatch(IntStream.range(0, 20).mapToObj(i -> new KeyedRecord(bytes("k" + i), bytes("v"))).toList());
        return log.createCheckpoint("c");
      });
      assertEquals(20, Arrays.stream(taken.get().offsets()).sum());
    }
  }

  @Test
  void anInterruptedThreadTakesItsCheckpointAndStaysInterrupted() {
    try (var log = ShardedWal.openIn(memory(1), ASYNC, 4)) {
      log.append(keyOf(log, 2), bytes("v"));
      Thread.currentThread().interrupt();
      var checkpoint = log.createCheckpoint("c");
      assertTrue(Thread.interrupted());
      assertEquals(1, checkpoint.offset(2));
    }
  }

  @Test
  void aStreamOfCheckpointsWhoseNameWasNeverSyncedIsThereAfterAPowerLoss() {
    var disk = new SimulatedDisk();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.SYNC_DIRECTORY && operation.path().endsWith("/system")) {
        disk.powerOff(); // the name is there, and not durable
      }
    });
    assertThrows(WalException.class, () -> ShardedWal.openIn(List.of(disk.root()), SMALL, 2));
    var killed = disk.killProcess();
    var log = ShardedWal.openIn(List.of(killed.root()), SMALL, 2);
    log.append(bytes("k"), bytes("v"));
    try (var again = ShardedWal.openIn(List.of(killed.crash(Crash.DROP_ALL_UNSYNCED).root()), SMALL)) {
      assertEquals(1, Arrays.stream(again.nextIds()).sum());
    }
  }
}
