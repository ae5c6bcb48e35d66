package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.OpenWorkload.Circumstances;
import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.report.Bound;
import dev.holdfast.benchmarks.report.Bound.Sense;
import dev.holdfast.benchmarks.report.Unit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** The figures that Holdfast promises relative to the limits, in one run. */
@Command(name = "targets", description = "Measures the figures that have bounds, and ends with 1 if one is missed.")
final class TargetsWorkload extends Workload {
  private static final int SIZE = 128;
  private static final double LATENCY_RATIO = 1.15;
  private static final double THROUGHPUT_RATIO = 0.9;
  private static final double GET_NANOS = 1_000;
  private static final double OPEN_NANOS = 60_000_000;
  private static final double WARM_OPEN_NANOS = 5_000_000;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("append", "one record at a time, durable when it returns (STRICT)");
    for (ThreadKind kind : ThreadKind.values()) {
      measureLatency(session, kind);
    }
    measureThroughput(session);
    measureGet(session);
    measureOpen(session);
  }

  private static void measureLatency(Session session, ThreadKind kind) throws Exception {
    List<Series> series = AppendWorkload.measure(session, kind, 1, SIZE);
    if (session.measuresHoldfast()) {
      double ratio = series.getLast().ratioTo(series.getFirst(), Figures::median);
      session.report().add(new Bound(
          "append, one " + kind.name().toLowerCase(Locale.ROOT)
              + " thread, 128 B, STRICT: median latency, of write + fdatasync",
          ratio, Sense.AT_MOST, LATENCY_RATIO, Unit.RATIO));
    }
  }

  private static void measureThroughput(Session session) throws Exception {
    List<Series> series = AppendWorkload.measure(session, ThreadKind.VIRTUAL, 64, SIZE);
    if (session.measuresHoldfast()) {
      double ratio = series.getLast().ratioTo(series.getFirst(), Figures::perSecond);
      session.report().add(new Bound("append, 64 virtual threads, 128 B, STRICT: rate, of the simplest group commit",
          ratio, Sense.AT_LEAST, THROUGHPUT_RATIO, Unit.RATIO));
    }
  }

  private static void measureGet(Session session) throws Exception {
    var workload = new GetWorkload();
    session.report().begin("get", "by random id, checksum verified each time, one thread");
    List<Series> series = workload.measure(session, false);
    if (session.measuresHoldfast()) {
      double nanos = series.stream().filter(one -> one.name().equals(GetWorkload.HOLDFAST_COPY)).findFirst()
          .orElseThrow().median(Figures::nanosPerOperation);
      session.report().add(
          new Bound("get by random id over 1 million records", nanos, Sense.AT_MOST, GET_NANOS, Unit.TIME));
    }
  }

  private static void measureOpen(Session session) throws Exception {
    var workload = new OpenWorkload();
    session.report().begin("open", "a log of 1 GiB in segments of 64 MiB after kill -9 of its writer");
    Map<Circumstances, List<Opening>> openings = workload.measure(session, SIZE,
        List.of(Circumstances.FRESH_JVM_AOT, Circumstances.FRESH_JVM, Circumstances.WARM_JVM));
    if (session.measuresHoldfast()) {
      double nanos = Opening.median(openings.getOrDefault(Circumstances.FRESH_JVM_AOT, List.of()), Opening::nanos);
      double apart = Opening.median(openings.getOrDefault(Circumstances.WARM_JVM, List.of()), Opening::apartNanos);
      session.report()
          .add(new Bound("opening 1 GiB in segments of 64 MiB after a kill, 128 B records, fresh JVM with AOT cache",
              nanos, Sense.AT_MOST, OPEN_NANOS, Unit.TIME));
      session.report().add(new Bound("the same in a warm JVM, without the scan of what was written since the last seal",
          apart, Sense.AT_MOST, WARM_OPEN_NANOS, Unit.TIME));
    }
  }
}
