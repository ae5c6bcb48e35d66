package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.bytes;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Appends to a sharded log on two roots, takes checkpoints, prunes and compacts; what that promises must be kept. */
final class ShardedProgram implements CrashProgram<ShardedProgram.Command, ShardedPromises> {
  static final int SHARDS = 3;

  private final SyncPolicy policy;

  ShardedProgram(SyncPolicy policy) {
    this.policy = policy;
  }

  /** What is done. */
  sealed interface Command {
    /** Appends a record to a shard. */
    record Append(int shard, String value) implements Command {}

    /** Appends so many records to each shard, at once. */
    record Batch(List<String> values) implements Command {}

    /** Takes a checkpoint. */
    record Take(String id) implements Command {}

    /** Prunes before the newest checkpoint. */
    record Prune() implements Command {}

    /** Compacts the checkpoints. */
    record Compact(int keep) implements Command {}

    /** Closes the log and opens it. */
    record Reopen() implements Command {}
  }

  @Override
  public String name() {
    return "sharded log, " + policy;
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    var commands = new ArrayList<Command>();
    for (var i = 0; i < 16; i++) {
      var number = i;
      commands.add(switch (random.nextInt(12)) {
        case 0, 1 -> new Command.Append(random.nextInt(SHARDS), "value " + i);
        case 2, 3, 4 -> new Command.Batch(
            IntStream.range(0, 1 + random.nextInt(6)).mapToObj(n -> "value " + number + "." + n).toList());
        case 5, 6, 7, 8 -> new Command.Take("c" + random.nextInt(4));
        case 9 -> new Command.Prune();
        case 10 -> new Command.Compact(1 + random.nextInt(2));
        default -> new Command.Reopen();
      });
    }
    return commands;
  }

  @Override
  public ShardedPromises nothing() {
    return ShardedPromises.nothing(SHARDS);
  }

  private WalOptions options() {
    return WalOptions.builder().syncPolicy(policy).maxSegmentSize(4096).maxRecordsPerSegment(4).preallocate(false)
        .build();
  }

  /** Returns the two roots on a disk, which are created if need be. */
  static List<Directory> roots(SimulatedDisk disk) throws IOException {
    var roots = new ArrayList<Directory>();
    for (var name : List.of("a", "b")) {
      roots.add(disk.root().exists(name) ? disk.root().subdirectory(name) : disk.root().createSubdirectory(name));
    }
    disk.root().sync();
    return roots;
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<ShardedPromises> promises) throws Exception {
    var roots = roots(disk);
    var log = ShardedWal.openIn(roots, options(), SHARDS);
    for (var command : commands) {
      if (command instanceof Command.Reopen) {
        log.close();
        promises.are(promises.current().allDurable());
        log = ShardedWal.openIn(roots, options());
      } else {
        run(log, command, promises);
      }
    }
    log.close();
    promises.are(promises.current().allDurable());
  }

  private void run(ShardedWal log, Command command, Promises<ShardedPromises> promises) {
    switch (command) {
      case Command.Append(var shard, var value) -> append(log, List.of(shard), List.of(value), promises);
      case Command.Batch(var values) -> append(log, IntStream.range(0, SHARDS).boxed().toList(), values, promises);
      case Command.Take(var id) -> {
        promises.are(promises.current().beginCheckpoint(id));
        log.createCheckpoint(id);
        promises.are(promises.current().endCheckpoint());
      }
      case Command.Prune() -> {
        promises.are(promises.current().beginPrune());
        log.latestCheckpoint().ifPresent(latest -> log.pruneBefore(latest.id()));
      }
      case Command.Compact(var keep) -> {
        promises.are(promises.current().beginCompaction(keep));
        log.compactCheckpoints(keep);
        promises.are(promises.current().endCompaction());
      }
      case Command.Reopen() -> throw new IllegalArgumentException("is done elsewhere");
    }
  }

  private void append(ShardedWal log, List<Integer> shards, List<String> values, Promises<ShardedPromises> promises) {
    promises.are(promises.current().beginAppend(shards, values));
    if (shards.size() == 1 && values.size() == 1) {
      log.append(Sharded.keyOf(log, shards.getFirst()), bytes(values.getFirst()));
    } else {
      log.appendBatch(values.stream().flatMap(value -> shards.stream()
          .map(shard -> new KeyedRecord(Sharded.keyOf(log, shard), bytes(value)))).toList());
    }
    promises.are(promises.current().endAppend(policy.equals(SyncPolicy.STRICT)));
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<ShardedPromises> promises, Outage outage, SplittableRandom random)
      throws Exception {
    var roots = roots(disk);
    var found = promises.current();
    try (var log = ShardedWal.openIn(roots, options(), SHARDS)) {
      found.check(log, outage);
      promises.are(found.goOnFrom(log));
      for (Function<Integer, Command> next : List.<Function<Integer, Command>>of(Command.Compact::new,
          n -> new Command.Append(n % SHARDS, "afterwards"), n -> new Command.Take("afterwards " + n),
          _ -> new Command.Prune(), Command.Compact::new)) {
        run(log, next.apply(1 + random.nextInt(2)), promises);
      }
      promises.current().check(log, Outage.PROCESS_KILLED);
    }
    promises.are(promises.current().allDurable());
  }
}
