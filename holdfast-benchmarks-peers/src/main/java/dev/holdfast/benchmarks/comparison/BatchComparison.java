package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;

/** Batches that are durable when their append returns. */
final class BatchComparison implements Comparison {
  private static final int SIZE = 128;
  private static final int COUNT = 100;

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public String description() {
    return "batches of 100 records of 128 B, durable when the append returns, one thread";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    Settings settings = context.session().settings();
    List<byte[]> records = Collections.nCopies(COUNT, Records.ofSize(SIZE));
    int bytes = COUNT * (SIZE + Integer.BYTES);
    try (Contest contest = Contest.in(context)) {
      LimitAppend limit = contest.closing(
          LimitAppend.synced(contest.path("limit"), settings.limitFileSize(), bytes, settings.channel()));
      contest.limit("write + fdatasync", _ -> limit.appendBatch(records));
      contest.logs(Guarantee.DURABLE, Shape.ofRecords(SIZE), EnumSet.of(Ability.BATCH),
          log -> Turn.of(_ -> log.appendBatch(records)));
      Load load = settings.load(ThreadKind.PLATFORM, 1, bytes, Load.Timing.EACH);
      outcome.add("100 records of 128 B", contest.takeTurns(load), Measure.rate(COUNT));
    }
  }
}
