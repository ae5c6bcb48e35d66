package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.everyRecords;
import static dev.holdfast.snapshot.SnapshotPolicy.onDemand;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes a state, publishes snapshots of it, which truncates the log, and opens it again.
 *
 * @param policy the sync policy
 * @param kept how many snapshots stay
 * @param background whether snapshots are taken in the background too
 */
record SnapshotProgram(SyncPolicy policy, int kept, boolean background)
    implements
      CrashProgram<SnapshotProgram.Command, SnapshotProgram.Said> {

  /** What is done. */
  sealed interface Command {
    /** Appends so many entries: one by itself, more as a batch. */
    record Append(int count) implements Command {}

    /** Publishes a snapshot. */
    record Publish() implements Command {}

    /** Makes everything durable. */
    record Sync() implements Command {}

    /** Closes the state and its log, and opens them. */
    record Reopen() implements Command {}
  }

  /**
   * What is promised: the state has the first names, all of a batch or none.
   *
   * @param ends where appends have ended, the one that is under way last
   * @param acknowledged at least so many names survive the death of the process
   * @param durable at least so many names survive a power loss
   */
  record Said(List<Integer> ends, int acknowledged, int durable) {
    int appended() {
      return ends.getLast();
    }

    Said appending(int count) {
      var more = new ArrayList<>(ends);
      more.add(appended() + count);
      return new Said(List.copyOf(more), acknowledged, durable);
    }

    Said acknowledged(boolean durably) {
      return new Said(ends, appended(), durably ? appended() : durable);
    }

    /** After a crash that has left so many; the power may go once more. */
    Said endingWith(int found) {
      return new Said(ends.stream().filter(end -> end <= found).toList(), found, Math.min(found, durable));
    }

    Said allDurable() {
      return new Said(ends, appended(), appended());
    }
  }

  @Override
  public String name() {
    return "snapshots, " + policy + ", " + kept + " kept" + (background ? ", in the background" : "");
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    var commands = new ArrayList<Command>();
    for (var i = 0; i < 16; i++) {
      commands.add(switch (random.nextInt(9)) {
        case 0, 1, 2 -> new Command.Append(1);
        case 3, 4 -> new Command.Append(1 + random.nextInt(5));
        case 5, 6 -> new Command.Publish();
        case 7 -> new Command.Sync();
        default -> new Command.Reopen();
      });
    }
    return commands;
  }

  @Override
  public Said nothing() {
    return new Said(List.of(0), 0, 0);
  }

  /** A log and the state in it. */
  private record Opened(Wal wal, DurableState<List<String>, String> state) implements AutoCloseable {
    @Override
    public void close() {
      state.close();
      wal.close();
    }
  }

  private Opened open(Directory root) {
    var wal = Wal.open(root, WalOptions.builder().syncPolicy(policy).maxSegmentSize(4096).maxRecordsPerSegment(3)
        .preallocate(false).build());
    return new Opened(wal, Names.on(wal).snapshots(Names.SNAPSHOTS, SnapshotRetention.keep(kept),
        background ? everyRecords(4) : onDemand()).open());
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<Said> promises) {
    var opened = open(disk.root());
    for (var command : commands) {
      switch (command) {
        case Command.Append(var count) -> append(opened, count, promises);
        case Command.Publish() -> {
          opened.state.snapshot();
          promises.are(promises.current().allDurable());
        }
        case Command.Sync() -> {
          opened.wal.sync();
          promises.are(promises.current().allDurable());
        }
        case Command.Reopen() -> {
          opened.close();
          promises.are(promises.current().allDurable());
          opened = open(disk.root());
        }
      }
    }
    opened.close();
    promises.are(promises.current().allDurable());
  }

  private void append(Opened opened, int count, Promises<Said> promises) {
    var from = promises.current().appended();
    promises.are(promises.current().appending(count));
    if (count == 1) {
      opened.state.append("n" + from);
    } else {
      opened.state.appendBatch(Names.range(from, from + count));
    }
    promises.are(promises.current().acknowledged(policy.equals(SyncPolicy.STRICT)));
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Said> promises, Outage outage, SplittableRandom random) {
    var said = promises.current();
    try (var opened = open(disk.root())) {
      var found = opened.state.read(List::copyOf);
      var least = outage == Outage.POWER_LOSS ? said.durable() : said.acknowledged();
      require(found.size() >= least, "the state has " + found.size() + " names, promised were " + least);
      require(said.ends().contains(found.size()), "half a batch: " + found.size() + " of " + said.ends());
      require(found.equals(Names.range(0, found.size())), "the state is " + found);
      require(opened.state.end() == found.size(), "it says that it ends with " + opened.state.end());
      promises.are(said.endingWith(found.size()));
      goOn(opened, promises, random);
    }
    promises.are(promises.current().allDurable());
    try (var again = open(disk.root())) {
      var found = again.state.read(List::copyOf);
      require(found.equals(Names.range(0, promises.current().appended())), "opened again, the state is " + found);
    }
  }

  private void goOn(Opened opened, Promises<Said> promises, SplittableRandom random) {
    if (random.nextBoolean()) {
      append(opened, 1 + random.nextInt(3), promises);
      opened.state.snapshot();
      promises.are(promises.current().allDurable());
      append(opened, 1, promises);
    }
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new AssertionError(problem);
    }
  }
}
