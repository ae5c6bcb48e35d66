package dev.holdfast.benchmarks.comparison;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.HoldfastLog;
import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.Tables;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.limit.LimitGroupCommit;
import dev.holdfast.benchmarks.limit.LimitGroupCommit.Gathering;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;

/** Appends of one record each, durable when they return. */
final class DurableComparison implements Comparison {
  private static final int SIZE = 128;

  private record Threads(ThreadKind kind, int count) {}

  private static final int MANY = 1000;
  private static final List<Threads> SETTINGS = List.of(new Threads(ThreadKind.PLATFORM, 1),
      new Threads(ThreadKind.PLATFORM, 8), new Threads(ThreadKind.VIRTUAL, 64), new Threads(ThreadKind.VIRTUAL, MANY));

  @Override
  public String name() {
    return "durable";
  }

  @Override
  public String description() {
    return "one record of 128 B at a time, durable when the append returns, one log";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    for (Threads threads : SETTINGS) {
      if (!context.wants(threads.count())) {
        continue;
      }
      try (Contest contest = Contest.in(context)) {
        byte[] record = Records.ofSize(SIZE);
        addLimits(contest, threads.count(), record);
        contest.logs(Guarantee.DURABLE, Shape.ofRecords(SIZE), Set.of(), log -> Turn.of(_ -> log.append(record)));
        if (threads.count() >= MANY) {
          addTruncated(contest, record);
        }
        Load load = contest.session().settings().load(threads.kind(), threads.count(), SIZE, Load.Timing.EACH);
        outcome.add(Tables.setting(threads.kind(), threads.count(), SIZE), contest.takeTurns(load), Measure.rate(1));
      }
    }
  }

  /**
   * Like the limit programs, which begin their file again, it has files to write over: those of what is not needed.
   * Only of many threads, who come to the end of a file of full size within a round.
   */
  private static void addTruncated(Contest contest, byte[] record) {
    HoldfastLog log = contest.closing(HoldfastLog.open(contest.path("holdfast-truncated"),
        WalOptions.builder().syncPolicy(SyncPolicy.STRICT).maxSegmentSize(Shape.USUAL_SEGMENT).build()));
    LogStream stream = log.stream();
    contest.holdfast("Holdfast, truncated after each round",
        new Turn(_ -> stream.append(record), _ -> stream.truncateBefore(stream.nextId())));
  }

  private static void addLimits(Contest contest, int threads, byte[] record) throws IOException {
    Settings settings = contest.session().settings();
    if (threads == 1) {
      contest.limit("write + fdatasync", LimitAppend.synced(contest.path("limit-append"), settings.limitFileSize(),
          record.length, settings.channel()), record);
    } else {
      addGroupCommit(contest, threads, record, Gathering.NONE, "group commit");
      addGroupCommit(contest, threads, record, Gathering.YIELD, "group commit, yielding");
    }
    if (threads >= MANY) {
      contest.limit("group commit, yielding, into new files", LimitGroupCommit.createGrowing(
          Files.createDirectory(contest.path("limit-new")), Shape.USUAL_SEGMENT, threads, record.length,
          settings.channel(), Gathering.YIELD), record);
    }
  }

  private static void addGroupCommit(Contest contest, int threads, byte[] record, Gathering gathering, String name)
      throws IOException {
    Settings settings = contest.session().settings();
    contest.limit(name, LimitGroupCommit.create(contest.path("limit-" + gathering), settings.limitFileSize(), threads,
        record.length, settings.channel(), gathering), record);
  }
}
