package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.Tables;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Shape;
import java.util.ArrayList;
import java.util.List;

/** Durable appends to several logs at once, each by a thread of its own; of Holdfast, to several streams of one log. */
final class StreamsComparison implements Comparison {
  private static final int SIZE = 128;
  private static final int SEGMENT_SIZE = 4 << 20;

  /** How many logs there are, and what kind of thread appends to each. */
  private record Logs(int count, ThreadKind kind) {}

  private static final List<Logs> SETTINGS = List.of(new Logs(8, ThreadKind.PLATFORM),
      new Logs(64, ThreadKind.VIRTUAL));

  @Override
  public String name() {
    return "streams";
  }

  @Override
  public String description() {
    return "one record of 128 B at a time, durable when the append returns, by one thread for each of several logs";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    for (Logs logs : SETTINGS) {
      if (!context.wants(logs.count())) {
        continue;
      }
      try (Contest contest = Contest.in(context)) {
        byte[] record = Records.ofSize(SIZE);
        addLimit(contest, logs.count(), record);
        contest.logGroups(Guarantee.DURABLE, new Shape(SEGMENT_SIZE, SIZE), logs.count(),
            group -> Turn.of(i -> group.get(Load.threadOf(i)).append(record)));
        Load load = contest.session().settings().load(logs.kind(), logs.count(), SIZE, Load.Timing.EACH);
        outcome.add(logs.count() + " logs, " + Tables.setting(logs.kind(), logs.count(), SIZE),
            contest.takeTurns(load), Measure.rate(1));
      }
    }
  }

  private static void addLimit(Contest contest, int count, byte[] record) throws Exception {
    Settings settings = contest.session().settings();
    List<LimitAppend> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(contest.closing(
          LimitAppend.synced(contest.path("limit-" + i), SEGMENT_SIZE, record.length, settings.channel())));
    }
    contest.limit("write + fdatasync", i -> files.get(Load.threadOf(i)).append(record));
  }
}
