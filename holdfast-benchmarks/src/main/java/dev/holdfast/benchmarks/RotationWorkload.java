package dev.holdfast.benchmarks;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.measure.Latencies;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long appends stall when a segment ends. */
@Command(name = "rotation", description = "The longest appends while one segment follows the other; the limit never "
    + "rotates.")
final class RotationWorkload extends Workload {
  private static final long STALL_NANOS = 1_000_000;

  @Option(names = "--segment-size", split = ",", paramLabel = "BYTES", description = "Default: 1 MiB and 64 MiB")
  long[] segmentSizes = {1L << 20, 64L << 20};

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of a record. Default: ${DEFAULT-VALUE}")
  int size = 1024;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("rotation", "times of single appends of " + Tables.bytes(size) + ", one thread");
    for (SyncPolicy policy : List.of(SyncPolicy.ASYNC, SyncPolicy.STRICT)) {
      for (long segmentSize : segmentSizes) {
        measure(session, policy, segmentSize);
      }
    }
  }

  private void measure(Session session, SyncPolicy policy, long segmentSize) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(size);
    try (Programs programs = Programs.in(session)) {
      if (policy.equals(SyncPolicy.STRICT)) {
        programs.add(AppendWorkload.LIMIT_APPEND,
            LimitAppend.synced(programs.path("limit"), settings.limitFileSize, size, settings.channel), record);
      } else {
        programs.add("one write each",
            LimitAppend.written(programs.path("limit"), settings.limitFileSize, size, settings.channel), record);
      }
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"),
            WalOptions.builder().syncPolicy(policy).maxSegmentSize(segmentSize).build()));
        programs.add(AppendWorkload.HOLDFAST, _ -> log.stream().append(record));
      }
      Load load = settings.load(ThreadKind.PLATFORM, 1, size, Load.Timing.EACH);
      for (Series series : programs.takeTurns(load, settings.rounds)) {
        addRow(session, policy + ", segments of " + Tables.bytes(segmentSize), series);
      }
    }
  }

  private static void addRow(Session session, String setting, Series series) {
    Latencies latencies = series.allLatencies();
    session.report().add(setting, series.name(),
        List.of(new Figure("median", latencies.percentile(0.5), Unit.TIME),
            new Figure("p99.9", latencies.percentile(0.999), Unit.TIME),
            new Figure("p99.99", latencies.percentile(0.9999), Unit.TIME),
            new Figure("max", latencies.max(), Unit.TIME), new Figure("appends", latencies.count(), Unit.COUNT),
            new Figure("over 1 ms", latencies.countFrom(STALL_NANOS), Unit.COUNT)));
  }
}
