package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.Tables;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.comparison.Outcome.Single;
import dev.holdfast.benchmarks.limit.LimitRolling;
import dev.holdfast.benchmarks.measure.Latencies;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Operation;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How long appends stall while one file follows another: the longest append in each stretch that is as long as a file;
 * once with pauses between the stretches, at a rate that the disk keeps up with, and once without.
 */
final class RotationComparison implements Comparison {
  private static final int SIZE = 1 << 10;
  private static final int SEGMENT_SIZE = 1 << 20;
  private static final Duration UNLIMITED = Duration.ofHours(1);

  @Override
  public String name() {
    return "rotation";
  }

  @Override
  public String description() {
    return "appends of 1 KiB, not synced, one thread, a new file after each MiB (where there are such): the longest append of each MiB, and of all";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    measure(context, outcome, context.pace(),
        Tables.bytes(SIZE) + ", a MiB every " + context.pace().toMillis() + " ms");
    measure(context, outcome, Duration.ZERO, Tables.bytes(SIZE) + ", without a pause");
  }

  private static void measure(Context context, Outcome outcome, Duration pace, String setting) throws Exception {
    Settings settings = context.session().settings();
    byte[] record = Records.ofSize(SIZE);
    List<Watch> watches = new ArrayList<>();
    try (Contest contest = Contest.in(context)) {
      LimitRolling limit = contest.closing(LimitRolling.create(Files.createDirectory(contest.path("limit")),
          SEGMENT_SIZE, AsyncComparison.STAGING_SIZE, settings.channel()));
      var limitWatch = new Watch(_ -> limit.append(record), _ -> {}, pace);
      watches.add(limitWatch);
      contest.limit("staged, files prepared", limitWatch.turn());
      contest.logs(Guarantee.UNSYNCED, new Shape(SEGMENT_SIZE, SIZE), Set.of(), log -> {
        var watch = new Watch(_ -> log.append(record), _ -> log.sync(), pace);
        watches.add(watch);
        return watch.turn();
      });
      long operations = Math.max(1L, context.rotations() / settings.rounds()) * Watch.STRETCH;
      List<Result> results = contest
          .takeTurns(new Load(ThreadKind.PLATFORM, 1, UNLIMITED, operations, Load.Timing.ROUND));
      List<Single> singles = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        singles.add(new Single(results.get(i).name(), results.get(i).role(), watches.get(i).figures()));
      }
      outcome.addSingle(setting, singles);
    }
  }

  /** Times appends, and keeps the longest of each stretch. Belongs to one thread at a time. */
  private static final class Watch {
    private static final int STRETCH = SEGMENT_SIZE / SIZE;

    private final Operation append;
    private final Operation afterRound;
    private Latencies all = new Latencies();
    private Latencies longest = new Latencies();
    private int inStretch;
    private long longestNow;
    private final long paceNanos;
    private long begun = System.nanoTime(); // the stretch

    Watch(Operation append, Operation afterRound, Duration pace) {
      this.append = append;
      this.afterRound = afterRound;
      this.paceNanos = pace.toNanos();
    }

    Turn turn() {
      return new Turn(this::run, this::endRound);
    }

    private void run(long iteration) throws Exception {
      long begin = System.nanoTime();
      append.run(iteration);
      long nanos = System.nanoTime() - begin;
      all.add(nanos);
      longestNow = Math.max(longestNow, nanos);
      if (++inStretch == STRETCH) {
        longest.add(longestNow);
        inStretch = 0;
        longestNow = 0;
        pause();
      }
    }

    /** Waits until the next stretch is to begin: one that has taken too long has none that hurries after it. */
    private void pause() {
      long now = System.nanoTime();
      for (long left = begun + paceNanos - now; left > 0; left = begun + paceNanos - now) {
        LockSupport.parkNanos(left);
        now = System.nanoTime();
      }
      begun = now;
    }

    private void endRound(long round) throws Exception {
      afterRound.run(round);
      if (round == 0) { // that was to warm up
        all = new Latencies();
        longest = new Latencies();
      }
    }

    private List<Figure> figures() {
      return List.of(new Figure("MiB p99", longest.percentile(0.99), Unit.TIME),
          new Figure("MiB p50", longest.percentile(0.5), Unit.TIME),
          new Figure("max", longest.max(), Unit.TIME),
          new Figure("p50", all.percentile(0.5), Unit.TIME), new Figure("p99", all.percentile(0.99), Unit.TIME),
          new Figure("p99.9", all.percentile(0.999), Unit.TIME),
          new Figure("p99.99", all.percentile(0.9999), Unit.TIME), new Figure("MiBs", longest.count(), Unit.COUNT));
    }
  }
}
