package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.bytes;
import static dev.holdfast.shard.Sharded.memory;
import static dev.holdfast.shard.Sharded.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The sharded log against plain lists: random calls, reopenings included. A failure names its seed;
 * {@code -Dholdfast.model.seed} replays one, {@code -Dholdfast.model.seconds} tells how long to look for more.
 */
class ShardedModelTest {
  private static final int STEPS = 200;

  @Test
  void aShardedLogBehavesLikeListsAndAMap() {
    var replay = Long.getLong("holdfast.model.seed");
    if (replay != null) {
      run(replay);
      return;
    }
    var deadline = System.nanoTime() + Duration.ofSeconds(Long.getLong("holdfast.model.seconds", 5)).toNanos();
    var base = System.nanoTime();
    for (var runs = 0; runs == 0 || System.nanoTime() < deadline; runs++) {
      run(base + runs);
    }
  }

  private static void run(long seed) {
    var run = new Run(new SplittableRandom(seed));
    try {
      run.go();
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "-Dholdfast.model.seed=" + seed + "\nthe last steps were\n  " + String.join("\n  ", run.steps), e);
    }
  }

  /** One run. */
  private static final class Run {
    private final SplittableRandom random;
    private final Deque<String> steps = new ArrayDeque<>();
    private final int shards;
    private final List<Directory> roots;
    private final WalOptions options;
    private final List<List<String>> model; // by shard and id; what was pruned is kept here
    private final Map<String, long[]> checkpoints = new LinkedHashMap<>(); // oldest first
    private ShardedWal log;
    private int values;

    Run(SplittableRandom random) {
      this.random = random;
      shards = 1 + random.nextInt(6);
      roots = memory(1 + random.nextInt(Math.min(3, shards)));
      var policies = List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(7));
      options = WalOptions.builder().syncPolicy(policies.get(random.nextInt(policies.size())))
          .maxSegmentSize(4096).maxRecordsPerSegment(random.nextInt(3) * 5L).maxOpenSegments(4 + random.nextInt(20))
          .preallocate(random.nextBoolean()).build();
      model = IntStream.range(0, shards).<List<String>>mapToObj(_ -> new ArrayList<>()).toList();
      log = ShardedWal.openIn(roots, options, shards);
    }

    void go() {
      try {
        for (var i = 0; i < STEPS; i++) {
          step();
        }
        reopen();
        check();
      } finally {
        log.close();
      }
    }

    private void note(String step) {
      steps.addLast(step);
      if (steps.size() > 30) {
        steps.removeFirst();
      }
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> append();
        case 3 -> appendAsync();
        case 4, 5 -> appendBatch();
        case 6 -> appendBatchOfOneKey();
        case 7, 8 -> checkpoint();
        case 9 -> prune();
        case 10 -> compact();
        case 11 -> reopen();
        case 12 -> check();
        default -> getOne();
      }
    }

    private byte[] key() {
      return bytes("key " + random.nextInt(50));
    }

    private String value() {
      return "value " + values++ + "x".repeat(random.nextInt(200));
    }

    private void expect(ShardPosition position, byte[] key, String value) {
      assertEquals(log.shardFor(key), position.shard());
      var records = model.get(position.shard());
      assertEquals(records.size(), position.id());
      records.add(value);
    }

    private void append() {
      var key = key();
      var value = value();
      note("append " + text(key) + " " + value);
      expect(log.append(key, bytes(value)), key, value);
    }

    private void appendAsync() {
      var key = key();
      var value = value();
      note("appendAsync " + text(key) + " " + value);
      expect(log.appendAsync(key, bytes(value)).join(), key, value);
    }

    private void appendBatch() {
      var keys = IntStream.range(0, random.nextInt(20)).mapToObj(_ -> key()).toList();
      var batch = keys.stream().map(_ -> value()).toList();
      note("appendBatch of " + keys.size());
      var records = IntStream.range(0, keys.size()).mapToObj(i -> new KeyedRecord(keys.get(i), bytes(batch.get(i))))
          .toList();
      var positions = log.appendBatch(records);
      assertEquals(keys.size(), positions.size());
      for (var i = 0; i < keys.size(); i++) {
        expect(positions.get(i), keys.get(i), batch.get(i));
      }
    }

    private void appendBatchOfOneKey() {
      var key = key();
      var batch = IntStream.range(0, random.nextInt(5)).mapToObj(_ -> value()).toList();
      note("appendBatch of one key, " + batch.size());
      var positions = log.appendBatch(key, batch.stream().map(Sharded::bytes).toList());
      assertEquals(batch.size(), positions.size());
      for (var i = 0; i < batch.size(); i++) {
        expect(positions.get(i), key, batch.get(i));
      }
    }

    private void checkpoint() {
      var id = "checkpoint " + random.nextInt(30);
      note(id);
      var checkpoint = log.createCheckpoint(id);
      checkpoints.remove(id);
      checkpoints.put(id, checkpoint.offsets());
      assertArrayEquals(model.stream().mapToLong(List::size).toArray(), checkpoint.offsets());
    }

    private void prune() {
      if (checkpoints.isEmpty()) {
        return;
      }
      var id = List.copyOf(checkpoints.keySet()).get(random.nextInt(checkpoints.size()));
      note("prune before " + id);
      var before = log.firstIds();
      var stats = log.pruneBefore(id);
      for (var shard = 0; shard < shards; shard++) {
        var deleted = stats.deleted().get(shard);
        assertTrue(deleted.isEmpty() || deleted.start() == before[shard], deleted::toString);
        assertTrue(deleted.isEmpty() || deleted.end() == log.firstIds()[shard], deleted::toString);
        assertTrue(log.firstIds()[shard] <= Math.max(before[shard], checkpoints.getOrDefault(id, before)[shard]));
      }
    }

    private void compact() {
      var keep = 1 + random.nextInt(10);
      note("compact to " + keep);
      var all = List.copyOf(checkpoints.keySet());
      var gone = all.subList(0, Math.max(0, all.size() - keep));
      var stats = log.compactCheckpoints(keep);
      assertEquals(List.of(all.size() - gone.size(), gone.size()), List.of(stats.retained(), stats.removed()));
      gone.forEach(checkpoints::remove);
    }

    private void reopen() {
      note("reopen");
      log.close();
      log = random.nextBoolean() ? ShardedWal.openIn(roots, options) : ShardedWal.openIn(roots, options, shards);
    }

    private void getOne() {
      var shard = random.nextInt(shards);
      var records = model.get(shard);
      var id = random.nextInt(records.size() + 3);
      note("get " + shard + " " + id);
      var found = log.get(new ShardPosition(shard, id));
      var there = id >= log.firstIds()[shard] && id < records.size();
      assertEquals(there ? records.get(id) : "nothing", found.map(Sharded::text).orElse("nothing"));
    }

    private void check() {
      note("check");
      assertEquals(List.copyOf(checkpoints.keySet()), log.checkpoints().stream().map(Checkpoint::idText).toList());
      checkpoints.forEach((id, offsets) -> assertArrayEquals(offsets, log.checkpoint(id).orElseThrow().offsets()));
      for (var shard = 0; shard < shards; shard++) {
        var first = (int) log.firstIds()[shard];
        var records = model.get(shard);
        assertEquals(records.subList(first, records.size()), Sharded.records(log, shard, 0));
        assertEquals(records.size(), log.nextIds()[shard]);
      }
    }
  }
}
