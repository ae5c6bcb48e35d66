package dev.holdfast.power;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.PowerLostException;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Cuts the power before every operation of a workload, or before a sample of them, and checks what is found: nothing
 * promised is lost, what comes back is a prefix of what was appended, batches are whole, opening never takes a torn
 * tail for corruption, ids go on, opening again gives the same, and the log takes appends that survive the next power
 * loss. Recovery is itself crashed, and its outcome checked the same way.
 *
 * <p>
 * Preparing and sealing are done by other threads, so the order of operations varies a little from run to run; what
 * failed is named by workload, seed and operation, and almost always comes again with the same seed.
 */
final class PowerLossDriver {
  private static final int SAMPLES = Integer.getInteger("holdfast.power.samples", 50);
  private static final long SEED = Long.getLong("holdfast.power.seed", 1);
  private static final int SWITCHED_OFF = 8;

  private final String name;
  private final WalOptions options;
  private final Workload workload;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private int operations;
  private int crashes;
  private int nested;

  /** Something that a program does with a log. */
  interface Workload {
    void run(Session session);
  }

  /** The disk right before an operation, as the process leaves it when it is killed, and what was promised by then. */
  private record Moment(String where, SimulatedDisk disk, Expectations expected) {}

  private PowerLossDriver(String name, WalOptions options, Workload workload) {
    this.name = name;
    this.options = options;
    this.workload = workload;
  }

  static WalOptions.Builder options() {
    return WalOptions.builder().maxSegmentSize(8192).completionExecutor(Runnable::run);
  }

  static void explore(String name, WalOptions options, Workload workload) {
    var driver = new PowerLossDriver(name, options, workload);
    var begun = System.nanoTime();
    driver.explore();
    System.out.println("power loss: " + name + ", seed " + SEED + ": " + driver.operations + " operations, "
        + driver.crashes + " crash images, " + driver.nested + " of them within recovery, "
        + (System.nanoTime() - begun) / 1_000_000 + " ms");
  }

  private void explore() {
    var moments = record();
    operations = moments.size();
    for (var moment : sample(moments, SAMPLES)) {
      crash(moment);
    }
    for (var i = 0; i < SWITCHED_OFF; i++) {
      switchOffAt(random.nextLong(1, operations + 1L));
    }
  }

  private <T> List<T> sample(List<T> all, int count) {
    var result = new ArrayList<>(all);
    while (result.size() > count) {
      result.remove(random.nextInt(result.size()));
    }
    return result;
  }

  /** Runs the workload once and keeps the disk before each operation. */
  private List<Moment> record() {
    var disk = new SimulatedDisk();
    var recorder = new Recorder(disk);
    var session = recorder.watch(Session.begin(disk, new Expectations(), options));
    workload.run(session);
    session.join();
    recorder.add("the end", session.snapshot());
    session.close();
    disk.onOperation(_ -> {});
    recorder.add("closed", session.expected().copy());
    return recorder.moments();
  }

  /** Watches a disk; what a session was promised is asked before each operation. */
  private static final class Recorder {
    private final SimulatedDisk disk;
    private final List<Moment> moments = new ArrayList<>(); // guarded by the lock of the disk
    private final List<Throwable> problems = new ArrayList<>(); // likewise

    Recorder(SimulatedDisk disk) {
      this.disk = disk;
    }

    Session watch(Session session) {
      watch(session::snapshot);
      return session;
    }

    void watch(Supplier<Expectations> promises) {
      disk.onOperation(operation -> {
        if (operation.kind() != OperationKind.READ) {
          try {
            add("before " + operation, promises.get());
          } catch (RuntimeException | Error e) {
            problems.add(e);
          }
        }
      });
    }

    void add(String where, Expectations expected) {
      moments.add(new Moment(where, disk.imageAfterKill(), expected));
    }

    List<Moment> moments() {
      for (var problem : problems) {
        throw new AssertionError("during the workload", problem);
      }
      return moments;
    }
  }

  /** Runs the workload until the power really goes, so that the engine has to cope with it. */
  private void switchOffAt(long n) {
    var disk = new SimulatedDisk();
    var session = Session.begin(disk, new Expectations(), options);
    disk.powerOffAt(disk.operations() + n);
    try {
      workload.run(session);
      session.close();
    } catch (WalException e) {
      if (!isPowerLoss(e)) {
        throw new AssertionError(name + ", switched off at " + n + ", seed " + SEED, e);
      }
    } finally {
      session.abandon();
    }
    crash(new Moment("switched off at " + n, disk.killProcess(), session.expected()));
  }

  private static boolean isPowerLoss(Throwable e) {
    for (var cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof PowerLostException) {
        return true;
      }
    }
    return false;
  }

  private void crash(Moment moment) {
    var within = random.nextInt(4);
    var crashOf = List.of(Crash.DROP_ALL_UNSYNCED, Crash.random(random.nextLong()), Crash.random(random.nextLong()));
    for (var i = 0; i < crashOf.size(); i++) {
      check(moment, crashOf.get(i).toString(), moment.disk.imageAfter(crashOf.get(i)), true, within == i);
    }
    check(moment, "killed", moment.disk.imageAfterKill(), false, within == crashOf.size());
  }

  private void check(Moment moment, String crash, SimulatedDisk image, boolean powerLost, boolean again) {
    crashes++;
    var where = name + ", seed " + SEED + ", " + moment.where + ", " + crash;
    try {
      var inside = recover(image, moment.expected.copy(), powerLost, again);
      for (var each : sample(inside, 2)) {
        crashRecovery(each, where);
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError(where + " [" + describe(moment.expected) + "]: " + e.getMessage(), e);
    }
  }

  private static String describe(Expectations expected) {
    var text = new StringBuilder();
    for (var stream : expected.names()) {
      text.append(stream).append(' ').append(expected.of(stream)).append(' ');
    }
    return text.toString().strip();
  }

  /** Crashes at a moment within a recovery, and recovers once more. */
  private void crashRecovery(Moment moment, String where) {
    var crash = random.nextBoolean() ? Crash.DROP_ALL_UNSYNCED : Crash.random(random.nextLong());
    crashes++;
    nested++;
    try {
      recover(moment.disk.imageAfter(crash), moment.expected.copy(), true, false);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(where + ", then in recovery " + moment.where + ", " + crash + ": " + e.getMessage(), e);
    }
  }

  /**
   * Opens the log on a disk after a crash, checks it, goes on with it, loses the power once more, and checks again.
   *
   * @param again whether to keep the disk before each operation
   */
  private List<Moment> recover(SimulatedDisk disk, Expectations expected, boolean powerLost, boolean again) {
    var policy = random.nextInt(3) == 0 ? options.syncPolicy() : SyncPolicy.STRICT;
    var recovering = options.toBuilder().syncPolicy(policy).build();
    var recorder = new Recorder(disk);
    if (again) {
      recorder.watch(expected::copy);
    }
    var session = Session.recover(disk, expected, recovering, powerLost);
    try {
      if (again) {
        recorder.watch(session);
      }
      if (random.nextBoolean()) {
        session.reopen();
      }
      goOn(session);
      session.readAll();
      if (random.nextBoolean()) {
        session.close();
      }
      disk.onOperation(_ -> {});
      var after = disk.crash(Crash.random(random.nextLong()));
      session.abandon();
      Session.recover(after, session.expected(), recovering, true).close();
    } finally {
      session.abandon();
    }
    return recorder.moments();
  }

  private void goOn(Session session) {
    var names = new ArrayList<>(session.expected().names());
    names.add("after");
    for (var stream : names) {
      session.append(stream, random.nextInt(600));
      session.batch(stream, 3, random.nextInt(200));
    }
  }
}
