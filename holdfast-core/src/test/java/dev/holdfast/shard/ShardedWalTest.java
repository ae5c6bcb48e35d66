package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.SMALL;
import static dev.holdfast.shard.Sharded.bytes;
import static dev.holdfast.shard.Sharded.keyOf;
import static dev.holdfast.shard.Sharded.memory;
import static dev.holdfast.shard.Sharded.records;
import static dev.holdfast.shard.Sharded.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordTooLargeException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Appending to shards, and reading from them. */
@Timeout(60)
class ShardedWalTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void recordsOfAKeyAreInItsShardInOrderAlsoAfterReopening(int roots) {
    var directories = memory(roots);
    Map<Integer, List<String>> expected = new HashMap<>();
    try (var log = ShardedWal.openIn(directories, SMALL, 7)) {
      for (var i = 0; i < 200; i++) {
        var key = bytes("key-" + i % 20);
        var position = log.append(key, bytes("value " + i));
        assertEquals(log.shardFor(key), position.shard());
        var records = expected.computeIfAbsent(position.shard(), _ -> new ArrayList<>());
        assertEquals(records.size(), position.id());
        records.add("value " + i);
      }
    }
    try (var log = ShardedWal.openIn(directories, SMALL)) {
      assertEquals(7, log.shardCount());
      for (var shard = 0; shard < 7; shard++) {
        var records = expected.getOrDefault(shard, List.of());
        assertEquals(records, records(log, shard, 0));
        assertEquals(records.size(), log.durableEnds()[shard]);
        assertEquals(records.size(), log.nextIds()[shard]);
      }
      assertEquals(0, log.append(keyOf(log, emptyShard(log)), bytes("first")).id());
    }
  }

  private static int emptyShard(ShardedWal log) {
    return IntStream.range(0, log.shardCount()).filter(shard -> log.nextIds()[shard] == 0).findFirst().orElseGet(() -> {
      throw new AssertionError("every shard has records: take other keys");
    });
  }

  @Test
  void shardsAreSpreadEvenlyOverTheRoots() throws Exception {
    var directories = memory(3);
    ShardedWal.openIn(directories, SMALL, 8).close();
    assertEquals(List.of("shard-00000", "shard-00003", "shard-00006"),
        directories.get(0).subdirectory("streams").list());
    assertEquals(List.of("shard-00001", "shard-00004", "shard-00007"),
        directories.get(1).subdirectory("streams").list());
    assertEquals(List.of("shard-00002", "shard-00005"), directories.get(2).subdirectory("streams").list());
    assertEquals(List.of("checkpoints"), directories.get(0).subdirectory("system").list());
    assertEquals(List.of(), directories.get(1).subdirectory("system").list());
  }

  @Test
  void aBatchOfManyKeysSaysWhereEachRecordIsInTheOrderOfTheInput() {
    try (var log = ShardedWal.openIn(memory(2), SMALL, 5)) {
      var records = IntStream.range(0, 50).mapToObj(i -> new KeyedRecord(bytes("k" + i * 31), bytes("v" + i))).toList();
      var positions = log.appendBatch(records);
      assertEquals(50, positions.size());
      for (var i = 0; i < 50; i++) {
        assertEquals(log.shardFor(records.get(i).key()), positions.get(i).shard());
        assertEquals("v" + i, text(log.get(positions.get(i)).orElseThrow()));
      }
    }
  }

  @Test
  void aBatchTakesOneWriteAndOneSyncInEachShardItTouches() {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 4)) {
      var records = IntStream.range(0, 40).mapToObj(i -> new KeyedRecord(keyOf(log, i % 2 * 3), bytes("v" + i)))
          .toList();
      log.appendBatch(records);
      for (var shard = 0; shard < 4; shard++) {
        var stats = Objects.requireNonNull(log.stats().streams().get("shard-0000" + shard));
        assertEquals(shard % 3 == 0 ? List.of(20L, 1L, 1L) : List.of(0L, 0L, 0L),
            List.of(stats.appendedRecords(), stats.writes(), stats.syncs()), "shard " + shard);
      }
    }
  }

  @Test
  void aBatchOfOneKeyIsInOneShardInOrder() {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 4)) {
      var key = keyOf(log, 2);
      log.append(key, bytes("before"));
      assertEquals(List.of(new ShardPosition(2, 1), new ShardPosition(2, 2)),
          log.appendBatch(key, List.of(bytes("a"), bytes("b"))));
      assertEquals(List.of("before", "a", "b"), records(log, 2, 0));
      assertEquals(List.of(), log.appendBatch(key, List.of()));
      assertEquals(List.of(), log.appendBatch(List.of()));
    }
  }

  @Test
  void aBatchWithARecordThatIsTooLargeLeavesNothingInAnyShard() {
    var options = WalOptions.builder().maxRecordSize(100).maxBatchSize(500).build();
    try (var log = ShardedWal.openIn(memory(1), options, 3)) {
      var records = new ArrayList<>(IntStream.range(0, 9).mapToObj(
          i -> new KeyedRecord(keyOf(log, i % 3), new byte[10])).toList());
      records.add(new KeyedRecord(keyOf(log, 1), new byte[101]));
      assertThrows(RecordTooLargeException.class, () -> log.appendBatch(records));
      var many = IntStream.range(0, 12).mapToObj(i -> new KeyedRecord(keyOf(log, i == 0 ? 0 : 2), new byte[60]))
          .toList();
      assertThrows(RecordTooLargeException.class, () -> log.appendBatch(many));
      assertArrayEquals(new long[3], log.nextIds());
    }
  }

  @Test
  void asynchronousAppendsOfOneThreadKeepTheirOrder() {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 3)) {
      var key = keyOf(log, 1);
      var futures = IntStream.range(0, 100).mapToObj(i -> log.appendAsync(key, bytes("v" + i))).toList();
      for (var i = 0; i < 100; i++) {
        assertEquals(new ShardPosition(1, i), futures.get(i).join());
      }
      var tooLarge = log.appendAsync(key, new byte[(16 << 20) + 1]);
      var failure = assertThrows(CompletionException.class, tooLarge::join);
      assertTrue(failure.getCause() instanceof RecordTooLargeException, failure::toString);
    }
  }

  static Stream<SyncPolicy> policies() {
    return Stream.of(SyncPolicy.STRICT, SyncPolicy.BATCH_ONLY, SyncPolicy.ASYNC, SyncPolicy.everyN(10),
        SyncPolicy.every(Duration.ofDays(1)));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aSyncMakesEverythingDurableUnderEveryPolicy(SyncPolicy policy) {
    try (var log = ShardedWal.openIn(memory(2), SMALL.toBuilder().syncPolicy(policy).build(), 4)) {
      for (var i = 0; i < 30; i++) {
        log.append(bytes("k" + i), bytes("v"));
      }
      log.sync();
      assertArrayEquals(log.nextIds(), log.durableEnds());
    }
  }

  @Test
  void aTailWaitsForTheNextRecordOfItsShard() throws Exception {
    try (var log = ShardedWal.openIn(memory(1), SMALL, 2);
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        var tail = log.tail(1, 0)) {
      var appended = executor.submit(() -> {
        log.append(keyOf(log, 0), bytes("elsewhere"));
        return log.append(keyOf(log, 1), bytes("here"));
      });
      assertTrue(tail.next(Duration.ofSeconds(30)));
      assertEquals("here", text(tail.copyPayload()));
      assertEquals(new ShardPosition(1, 0), appended.get());
    }
  }

  @Test
  void mistakesAreNamed() {
    var log = ShardedWal.openIn(memory(1), SMALL, 2);
    assertThrows(IllegalArgumentException.class, () -> log.read(2, 0));
    assertThrows(IllegalArgumentException.class, () -> log.get(new ShardPosition(5, 0)));
    assertThrows(IllegalArgumentException.class, () -> new ShardPosition(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> log.compactCheckpoints(0));
    assertEquals(Optional.empty(), log.get(new ShardPosition(1, 77)));
    log.close();
    log.close();
    assertThrows(WalClosedException.class, () -> log.append(bytes("k"), bytes("v")));
    assertThrows(WalClosedException.class, () -> log.createCheckpoint("c"));
  }
}
