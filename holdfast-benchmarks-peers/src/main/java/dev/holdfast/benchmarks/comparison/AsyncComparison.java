package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.Tables;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.limit.LimitLockedStaging;
import dev.holdfast.benchmarks.limit.LimitMapped;
import dev.holdfast.benchmarks.limit.LimitStaging;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import java.io.IOException;
import java.util.Set;

/**
 * Bursts of appends that do not wait for the disk: what a round appends has room in space prepared before, and
 * everything is synced between the rounds, which is not measured, so that all find clean pages; a log that prepares its
 * files goes on to one that is prepared. Less than half a file of 64 MiB, after which Holdfast prepares the next. One
 * limit program is never synced, and mostly goes on in pages it has made dirty before.
 */
final class AsyncComparison implements Comparison {
  static final int STAGING_SIZE = 256 << 10;
  private static final int BURST_BYTES = 24 << 20;
  private static final int[] SIZES = {128, 1 << 10, 16 << 10};

  @Override
  public String name() {
    return "async";
  }

  @Override
  public String description() {
    return "bursts of 24 MiB, not synced, one thread";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    Settings settings = context.session().settings();
    for (int size : SIZES) {
      byte[] record = Records.ofSize(size);
      try (Contest contest = Contest.in(context)) {
        addLimits(contest, record);
        contest.logs(Guarantee.UNSYNCED, Shape.ofRecords(size), Set.of(),
            log -> new Turn(_ -> log.append(record), _ -> log.prepareForBurst(record)));
        Load load = new Load(ThreadKind.PLATFORM, 1, settings.round(), BURST_BYTES / size, Load.Timing.ROUND);
        outcome.add(Tables.bytes(size), contest.takeTurns(load), Measure.rate(1));
      }
    }
  }

  private static void addLimits(Contest contest, byte[] record) throws IOException {
    Settings settings = contest.session().settings();
    contest.limitOfBursts("staged in memory", LimitStaging.inMemory(contest.path("staged"), settings.limitFileSize(),
        STAGING_SIZE, settings.channel()), record);
    contest.limitOfBursts("staged in a mapped file", LimitStaging.inMappedFile(contest.path("staged-mapped"),
        contest.path("staging"), settings.limitFileSize(), STAGING_SIZE, settings.channel()), record);
    contest.limitOfBursts("staged in a mapped file, copied there under a lock",
        LimitLockedStaging.create(contest.path("staged-locked"), contest.path("staging-locked"),
            settings.limitFileSize(), STAGING_SIZE, record.length, settings.channel()),
        record);
    contest.limitOfBursts("mapped file",
        LimitMapped.create(contest.path("mapped"), settings.limitFileSize(), record.length,
            settings.channel()),
        record);
    contest.limitOfBursts("one write each", LimitAppend.written(contest.path("written"), settings.limitFileSize(),
        record.length, settings.channel()), record);
    contest.limit("staged in memory, never synced", LimitStaging.inMemory(contest.path("never-synced"),
        settings.limitFileSize(), STAGING_SIZE, settings.channel()), record);
  }
}
