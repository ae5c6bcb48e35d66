package dev.holdfast.power;

import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.internal.segment.LockOwner;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.CrashExplorer;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A workload of a log, crashed at every operation. Checked after each crash: nothing promised is lost, what comes back
 * is a prefix of what was appended, batches are whole, opening never takes a torn tail for corruption, the report says
 * what was found, reading first gives the same and changes nothing, ids go on, opening again gives the same and writes
 * nothing, and the log takes appends that survive the next power loss.
 */
final class CrashedLog implements CrashProgram<Step, Expectations> {
  private static final long SEED = Long.getLong("holdfast.explore.seed", 1);
  private static final long IMAGES = Long.getLong("holdfast.explore.images", 210_000);
  private static final int SHRINKING = Integer.getInteger("holdfast.explore.shrinking", 300);
  private static final int THREADS = Integer.getInteger("holdfast.explore.threads", 2);
  private static final long RUN = -1; // salts and payloads of a run: others than those of any recovery

  private final String name;
  private final WalOptions options;
  private final Function<SplittableRandom, List<Step>> steps;

  private CrashedLog(String name, WalOptions options, Function<SplittableRandom, List<Step>> steps) {
    this.name = name;
    this.options = options;
    this.steps = steps;
  }

  static WalOptions.Builder options() {
    return WalOptions.builder().maxSegmentSize(8192).completionExecutor(Runnable::run);
  }

  /** Options that make a log small and quick to open. */
  static WalOptions.Builder small() {
    return options().maxSegmentSize(4096).writeBufferSize(4096).readBufferSize(4096)
        .readStrategy(ReadStrategy.STANDARD_IO);
  }

  /**
   * Crashes a workload until it has had its share of images.
   *
   * @param share of all images, in percent
   * @param steps the same for the same random numbers
   */
  static void explore(String name, int share, WalOptions options, Function<SplittableRandom, List<Step>> steps) {
    QuietLogs.please(); // on a full disk, opening warns
    System.out.println(explorer(name, options, steps).images(IMAGES * share / 100).explore());
  }

  static CrashExplorer<Step, Expectations> explorer(String name, WalOptions options,
      Function<SplittableRandom, List<Step>> steps) {
    return CrashExplorer.of(new CrashedLog(name, options, steps)).seed(SEED).threads(THREADS)
        .shrinkAttempts(SHRINKING)
        .nested(16, 5);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Every other run has threads in the background, and of those every other one makes names durable late; in one of
   * three segments do not follow each other quickly.
   */
  @Override
  public List<Step> commands(SplittableRandom random) {
    var all = new ArrayList<Step>();
    if (random.nextBoolean()) {
      all.add(Step.THREADS);
    }
    all.addAll(steps.apply(random));
    if (random.nextInt(3) == 0) {
      all.add(Step.SLOWLY);
    }
    if (all.contains(Step.THREADS) && random.nextBoolean()) {
      all.add(Step.SLOW_NAMES);
    }
    return all;
  }

  @Override
  public Expectations nothing() {
    return new Expectations();
  }

  @Override
  public void run(SimulatedDisk disk, List<Step> commands, Promises<Expectations> promises) {
    if (commands.contains(Step.SLOW_NAMES)) {
      disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).forever()
          .delayedBy(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1))));
    }
    var surroundings = commands.contains(Step.THREADS) ? Repeatable.withThreads(RUN) : Repeatable.inOneThread(RUN);
    var session = Session.begin(disk, new Expectations(), options,
        commands.contains(Step.SLOWLY) ? Repeatable.slowly(surroundings) : surroundings);
    try {
      promises.areSaidBy(session::snapshot);
      commands.forEach(step -> step.action().accept(session));
      session.close();
    } finally {
      session.abandon();
    }
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Expectations> promises, Outage outage, SplittableRandom random) {
    var powerLost = outage == Outage.POWER_LOSS;
    var policy = random.nextInt(3) == 0 ? options.syncPolicy() : SyncPolicy.STRICT;
    var recovering = options.toBuilder().syncPolicy(policy).build();
    var surroundings = Repeatable.inOneThread(random.nextLong());
    if (random.nextInt(8) == 0) {
      read(disk, promises.current(), powerLost);
    }
    var session = Session.recover(disk, promises.current().copy(), recovering, powerLost, surroundings);
    try {
      promises.areSaidBy(session::snapshot);
      switch (random.nextInt(4)) {
        case 0 -> openAgain(session);
        case 1 -> loseAgain(session, recovering, random);
        case 2 -> {
          goOn(session, random);
          session.readAll();
          session.close();
        }
        default -> session.close();
      }
    } finally {
      session.abandon();
    }
  }

  /** Reads the log as it was found; not a byte may change. */
  private void read(SimulatedDisk disk, Expectations expected, boolean powerLost) {
    if (!isLog(disk)) {
      return;
    }
    var before = disk.contentHash();
    try (var wal = Wal.openReadOnly(disk.root(), options)) {
      for (var stream : expected.names()) {
        expected.matching(stream, Found.in(wal, stream), powerLost);
      }
    }
    same(before, disk, "reading");
  }

  private static boolean isLog(SimulatedDisk disk) {
    try {
      return disk.root().exists("FORMAT");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What was recovered and closed is opened once more: there is nothing left to do. */
  private static void openAgain(Session session) {
    session.close();
    session.disk().setCapacity(Long.MAX_VALUE);
    new LockOwner(session.disk().root(), "LOCK.owner").write(); // it may not have fitted on a full disk
    var closed = session.disk().contentHash();
    session.reopen();
    session.readAll();
    session.close();
    same(closed, session.disk(), "opening again");
  }

  private static void same(long before, SimulatedDisk disk, String what) {
    if (disk.contentHash() != before) {
      throw new AssertionError(what + " has changed the directory");
    }
  }

  /** Goes on, and loses the power once more. */
  private static void loseAgain(Session session, WalOptions recovering, SplittableRandom random) {
    goOn(session, random);
    if (random.nextBoolean()) {
      session.close();
    }
    var promised = session.snapshot();
    var after = session.disk().imageAfter(Crash.random(random.nextLong()));
    session.abandon();
    Session.recover(after, promised, recovering, true, Repeatable.inOneThread(random.nextLong())).close();
  }

  private static void goOn(Session session, SplittableRandom random) {
    session.disk().setCapacity(Long.MAX_VALUE);
    var names = new ArrayList<>(session.expected().names());
    names.add("after");
    for (var stream : names) {
      session.append(stream, random.nextInt(600));
      session.batch(stream, 3, random.nextInt(200));
    }
  }
}
