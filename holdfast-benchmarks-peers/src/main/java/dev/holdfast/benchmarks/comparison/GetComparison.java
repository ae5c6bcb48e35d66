package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitGet;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import java.util.EnumSet;

/** Reading by random number, from the page cache. */
final class GetComparison implements Comparison {
  @Override
  public String name() {
    return "get";
  }

  @Override
  public String description() {
    return "a copy of a random record of 128 B, one thread, in the page cache";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    Settings settings = context.session().settings();
    int count = context.records();
    try (Contest contest = Contest.in(context)) {
      LimitGet limit = contest.closing(LimitGet.create(contest.path("limit"), count, ScanComparison.SIZE));
      contest.limit("offset known, mapped", i -> expectSize(limit.get((int) random(i, count))));
      contest.logs(Guarantee.UNSYNCED, Shape.ofRecords(ScanComparison.SIZE), EnumSet.of(Ability.GET), log -> {
        ScanComparison.fill(log, count);
        return Turn.of(i -> expectSize(log.get(random(i, count))));
      });
      Load load = new Load(ThreadKind.PLATFORM, 1, settings.round(), Long.MAX_VALUE, Load.Timing.ROUND);
      outcome.add("of " + count + " records", contest.takeTurns(load), Measure.rate(1));
    }
  }

  /** Spreads consecutive numbers over those below the bound. */
  static long random(long iteration, int bound) {
    long mixed = (iteration + 1) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return (mixed >>> 33) % bound;
  }

  static void expectSize(byte[] record) {
    if (record.length != ScanComparison.SIZE) {
      throw new IllegalStateException("a record of " + record.length + " bytes");
    }
  }
}
