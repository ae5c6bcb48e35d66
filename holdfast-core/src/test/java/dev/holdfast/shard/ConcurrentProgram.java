package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.bytes;

import dev.holdfast.CheckpointNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * A thread for each shard appends, two take checkpoints, one prunes and one compacts, all at the same time. What is
 * promised: acknowledged records under STRICT; that a checkpoint that was taken is there unless enough newer ones have
 * been begun that a compaction may have removed it; and that it covers what was acknowledged before it was begun.
 */
final class ConcurrentProgram implements CrashProgram<Integer, ConcurrentProgram.Promised> {
  private static final int SHARDS = 3;
  private static final int KEEP = 3;
  private static final WalOptions OPTIONS = WalOptions.builder().syncPolicy(SyncPolicy.STRICT).maxSegmentSize(4096)
      .maxRecordsPerSegment(3).preallocate(false).build();

  /**
   * What is promised.
   *
   * @param acknowledged how many records of each shard
   * @param taken what each checkpoint that was taken covers at least, by its id
   * @param begun how many checkpoints have been begun
   */
  record Promised(List<Integer> acknowledged, Map<String, List<Integer>> taken, int begun) {
    Promised {
      acknowledged = List.copyOf(acknowledged);
      taken = Map.copyOf(taken);
    }
  }

  /** One run. */
  private static final class Run {
    private final ShardedWal log;
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(SHARDS);
    private final ConcurrentSkipListMap<String, List<Integer>> taken = new ConcurrentSkipListMap<>();
    private final AtomicIntegerArray begun = new AtomicIntegerArray(1);

    Run(ShardedWal log) {
      this.log = log;
    }

    Promised promised() {
      var records = acknowledged();
      var checkpoints = Map.copyOf(taken); // before they are counted: one that is begun later may replace one of these
      return new Promised(records, checkpoints, begun.get(0));
    }

    private List<Integer> acknowledged() {
      return IntStream.range(0, SHARDS).mapToObj(acknowledged::get).toList();
    }

    void append(int shard, int count) {
      var key = Sharded.keyOf(log, shard);
      for (var i = 0; i < count; i++) {
        log.append(key, bytes("value " + i));
        acknowledged.incrementAndGet(shard);
      }
    }

    void take(String name, int count) {
      for (var i = 0; i < count; i++) {
        var id = name + i;
        var before = acknowledged();
        begun.incrementAndGet(0);
        log.createCheckpoint(id);
        taken.put(id, before);
      }
    }

    void prune(int count) {
      for (var i = 0; i < count; i++) {
        log.checkpoints().stream().skip(KEEP).findFirst().ifPresent(this::prune);
      }
    }

    private void prune(Checkpoint checkpoint) {
      try {
        log.pruneBefore(checkpoint.id());
      } catch (CheckpointNotFoundException _) {
        // compacted away meanwhile
      }
    }

    void compact(int count) {
      for (var i = 0; i < count; i++) {
        log.compactCheckpoints(KEEP);
      }
    }
  }

  @Override
  public String name() {
    return "concurrent sharded log";
  }

  @Override
  public List<Integer> commands(SplittableRandom random) {
    return IntStream.range(0, 7).mapToObj(_ -> 3 + random.nextInt(4)).toList(); // how often each thread does its work
  }

  @Override
  public Promised nothing() {
    return new Promised(List.of(0, 0, 0), Map.of(), 0);
  }

  @Override
  public void run(SimulatedDisk disk, List<Integer> counts, Promises<Promised> promises) throws Exception {
    try (var log = ShardedWal.openIn(ShardedProgram.roots(disk), OPTIONS, SHARDS);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var run = new Run(log);
      promises.areSaidBy(run::promised);
      var tasks = new ArrayList<Runnable>();
      for (var i = 0; i < counts.size(); i++) {
        var count = counts.get(i);
        var number = i;
        tasks.add(switch (number) {
          case 0, 1, 2 -> () -> run.append(number, count);
          case 3, 4 -> () -> run.take("c" + number + "-", count);
          case 5 -> () -> run.prune(count);
          default -> () -> run.compact(count);
        });
      }
      await(tasks.stream().map(task -> CompletableFuture.runAsync(task, threads)).toList());
    }
  }

  private static void await(List<CompletableFuture<Void>> all) throws Exception {
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Promised> promises, Outage outage, SplittableRandom random)
      throws Exception {
    var promised = promises.current();
    try (var log = ShardedWal.openIn(ShardedProgram.roots(disk), OPTIONS, SHARDS)) {
      for (var shard = 0; shard < SHARDS; shard++) {
        var end = log.nextIds()[shard];
        require(end >= promised.acknowledged().get(shard), "shard " + shard + " ends with " + end);
        var first = (int) log.firstIds()[shard];
        var expected = IntStream.range(first, (int) end).mapToObj(i -> "value " + i).toList();
        require(expected.equals(Sharded.records(log, shard, 0)), "shard " + shard + " holds something else");
      }
      check(log, promised);
      promises.are(new Promised(promised.acknowledged(), Map.of(), promised.begun()));
      log.compactCheckpoints(1);
      require(log.checkpoints().size() <= 1, "compaction keeps more than the newest");
    }
  }

  private static void check(ShardedWal log, Promised promised) {
    var found = log.checkpoints();
    for (var i = 1; i < found.size(); i++) {
      for (var shard = 0; shard < SHARDS; shard++) {
        require(found.get(i).offset(shard) >= found.get(i - 1).offset(shard), "offsets go back: " + found);
      }
    }
    var missing = promised.taken().keySet().stream().filter(id -> log.checkpoint(id).isEmpty()).count();
    require(missing == 0 || missing <= promised.begun() - KEEP, missing + " checkpoints are missing of "
        + promised.taken().keySet());
    require(promised.taken().size() < KEEP || found.size() >= KEEP, "fewer than " + KEEP + " are left: " + found);
    promised.taken().forEach((id, covered) -> log.checkpoint(id).ifPresent(checkpoint -> {
      for (var shard = 0; shard < SHARDS; shard++) {
        require(checkpoint.offset(shard) >= covered.get(shard), checkpoint + " does not cover " + covered);
        require(checkpoint.offset(shard) <= log.nextIds()[shard], checkpoint + " goes beyond the end");
      }
    }));
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new AssertionError(problem);
    }
  }
}
