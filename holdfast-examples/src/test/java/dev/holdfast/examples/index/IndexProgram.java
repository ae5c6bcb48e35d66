package dev.holdfast.examples.index;

import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the explorer is told of {@link IndexLog}.
 *
 * @param checkpoints when there is one in the background
 */
record IndexProgram(SnapshotPolicy checkpoints) implements CrashProgram<IndexProgram.Command, IndexProgram.Said> {
  /** Three changes a segment, so that every checkpoint has something to drop. */
  static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(3).preallocate(false)
      .build();
  private static final int DOCUMENTS = 6;

  /** What is done. */
  sealed interface Command {
    /** Changes something: what, depends on what there is. */
    record Something(long seed) implements Command {}

    /** Takes a checkpoint. */
    record Checkpoint() implements Command {}

    /** Closes the log and opens it. */
    record Reopen() implements Command {}
  }

  /**
   * What may be relied on.
   *
   * @param view after all changes that were acknowledged
   * @param changes how many these are
   * @param asked the change that is being made
   */
  record Said(IndexView view, long changes, @Nullable Change asked) {}

  @Override
  public String name() {
    return "index, checkpoints " + checkpoints;
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    var commands = new ArrayList<Command>();
    for (var i = 0; i < 30; i++) {
      commands.add(switch (random.nextInt(10)) {
        case 0, 1 -> new Command.Checkpoint();
        case 2 -> new Command.Reopen();
        default -> new Command.Something(random.nextLong());
      });
    }
    return commands;
  }

  @Override
  public Said nothing() {
    return new Said(IndexView.EMPTY, 0, null);
  }

  private IndexLog open(Directory directory) {
    return IndexLog.open(directory, OPTIONS, checkpoints);
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<Said> promises) {
    var log = open(disk.root());
    try {
      for (var command : commands) {
        switch (command) {
          case Command.Something(var seed) -> change(log, seed, promises);
          case Command.Checkpoint _ -> log.checkpoint();
          case Command.Reopen _ -> {
            log.close();
            log = open(disk.root());
          }
        }
      }
    } finally {
      log.close();
    }
  }

  private static void change(IndexLog log, long seed, Promises<Said> promises) {
    var said = promises.current();
    var change = new IndexSimulation(seed, DOCUMENTS).next(said.view());
    promises.are(new Said(said.view(), said.changes(), change));
    log.append(change);
    promises.are(new Said(said.view().apply(change), said.changes() + 1, null));
  }

  /** The view has everything acknowledged, perhaps the change that was being made, and goes on. */
  @Override
  public void recover(SimulatedDisk disk, Promises<Said> promises, Outage outage, SplittableRandom random) {
    try (var log = open(disk.root())) {
      promises.are(check(log, promises.current()));
      change(log, random.nextLong(), promises);
      if (random.nextBoolean()) {
        log.checkpoint();
      }
      change(log, random.nextLong(), promises);
    }
    try (var log = open(disk.root())) {
      check(log, promises.current());
    }
  }

  /** Returns what is promised once it has been seen. */
  private static Said check(IndexLog log, Said said) {
    var view = said.view();
    var asked = said.asked();
    if (asked != null && log.changes() == said.changes() + 1) {
      view = view.apply(asked);
    } else if (log.changes() != said.changes()) {
      throw new AssertionError(log.changes() + " changes instead of " + said.changes() + ", or perhaps " + asked);
    }
    if (!log.view().equals(view)) {
      throw new AssertionError("found " + log.view() + " instead of " + view);
    }
    return new Said(view, log.changes(), null);
  }
}
