package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.bytes;
import static dev.holdfast.shard.Sharded.records;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CheckpointNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads take checkpoints while others write, compact and prune: none is lost, and each covers what it must. */
@Timeout(120)
class ConcurrentCheckpointsTest {
  private static final int SHARDS = 5;
  private static final int THREADS = 10;
  private static final int EACH = 100;
  private static final WalOptions OPTIONS = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(16_384)
      .build();

  private static final String AGAIN = "again and again";

  @TempDir
  private Path directory;

  private final AtomicBoolean over = new AtomicBoolean();
  /** Of each shard how many records have been acknowledged. */
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(SHARDS);

  private ShardedWal open() {
    return ShardedWal.open(List.of(directory.resolve("a"), directory.resolve("b")), OPTIONS, SHARDS);
  }

  @Test
  void thousandConcurrentCheckpointsBesideWritersAndACompactionLoopAreAllKept() throws Exception { // KNOWN-FAILURES 27
    List<Checkpoint> taken;
    try (var log = open(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var helpers = List.of(write(threads, log, 0), write(threads, log, 1), compact(threads, log, THREADS * EACH));
      taken = take(threads, log);
      over.set(true);
      for (var helper : helpers) {
        helper.get();
      }
      assertAreThere(taken, log.checkpoints());
    }
    try (var log = open()) {
      assertAreThere(taken, log.checkpoints());
      for (var checkpoint : taken) {
        assertEquals(checkpoint, log.checkpoint(checkpoint.id()).orElseThrow());
      }
    }
  }

  @Test
  void theNewestStayWhenACompactionLoopKeepsFewerThanAreTaken() throws Exception {
    var keep = 50;
    try (var log = open(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var helpers = List.of(write(threads, log, 0), compact(threads, log, keep), prune(threads, log));
      var taken = take(threads, log);
      over.set(true);
      for (var helper : helpers) {
        helper.get();
      }
      log.compactCheckpoints(keep);
      var stayed = log.checkpoints();
      assertEquals(keep, stayed.size());
      assertTrue(stayed.stream().allMatch(each -> taken.contains(each) || each.idText().equals(AGAIN)));
      for (var shard = 0; shard < SHARDS; shard++) {
        try (var cursor = log.readAfter(log.latestCheckpoint().orElseThrow(), shard)) {
          assertEquals(log.nextIds()[shard] - log.latestCheckpoint().orElseThrow().offset(shard),
              records(cursor).size());
        }
      }
    }
  }

  /** The loop of compactions takes one of its own. */
  private static void assertAreThere(List<Checkpoint> taken, List<Checkpoint> found) {
    assertEquals(Set.copyOf(taken),
        found.stream().filter(checkpoint -> !checkpoint.idText().equals(AGAIN)).collect(Collectors.toSet()));
    assertEquals(taken.size() + 1, found.size());
    for (var i = 1; i < found.size(); i++) {
      for (var shard = 0; shard < SHARDS; shard++) {
        assertTrue(found.get(i).offset(shard) >= found.get(i - 1).offset(shard), "offsets go back");
      }
    }
  }

  private List<Checkpoint> take(ExecutorService threads, ShardedWal log) throws Exception {
    Set<Checkpoint> taken = ConcurrentHashMap.newKeySet();
    var tasks = IntStream.range(0, THREADS).<Future<Boolean>>mapToObj(thread -> threads.submit(() -> {
      for (var i = 0; i < EACH; i++) {
        var before = IntStream.range(0, SHARDS).map(acknowledged::get).toArray();
        var checkpoint = log.createCheckpoint(thread + "/" + i);
        assertEquals(checkpoint, log.checkpoint(thread + "/" + i).orElse(checkpoint));
        for (var shard = 0; shard < SHARDS; shard++) {
          assertTrue(checkpoint.offset(shard) >= before[shard], "what was acknowledged before is not covered");
          assertTrue(checkpoint.offset(shard) <= log.durableEnds()[shard], "it covers what is not durable");
        }
        taken.add(checkpoint);
      }
      return true;
    })).toList();
    for (var task : tasks) {
      task.get();
    }
    return List.copyOf(taken);
  }

  private Future<Boolean> write(ExecutorService threads, ShardedWal log, int writer) {
    return threads.submit(() -> {
      for (var i = 0; !over.get(); i++) {
        var position = log.append(bytes(writer + " " + i), bytes("value " + i));
        acknowledged.accumulateAndGet(position.shard(), (int) position.id() + 1, Math::max);
      }
      return true;
    });
  }

  private Future<Boolean> compact(ExecutorService threads, ShardedWal log, int keep) {
    return threads.submit(() -> {
      while (!over.get()) {
        log.createCheckpoint(AGAIN); // so that there is something to compact
        log.createCheckpoint(AGAIN);
        log.compactCheckpoints(keep + 1);
      }
      return true;
    });
  }

  private Future<Boolean> prune(ExecutorService threads, ShardedWal log) {
    return threads.submit(() -> {
      while (!over.get()) {
        log.latestCheckpoint().ifPresent(latest -> prune(log, latest));
      }
      return true;
    });
  }

  private static void prune(ShardedWal log, Checkpoint checkpoint) {
    try {
      log.pruneBefore(checkpoint.id());
    } catch (CheckpointNotFoundException _) {
      // compacted away meanwhile
    }
  }
}
