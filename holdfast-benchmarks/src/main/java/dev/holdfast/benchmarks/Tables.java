package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Latencies;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows that several workloads have alike. */
public final class Tables {
  private Tables() {}

  /** Adds a row for each series, the times of one operation first; ratios are to the first series. */
  static void addLatencies(Report report, String setting, List<Series> all) {
    for (Series series : all) {
      Latencies latencies = series.allLatencies();
      List<Figure> figures = new ArrayList<>();
      figures.add(new Figure("median", series.median(Figures::median), Unit.TIME));
      figures.add(new Figure("p99", latencies.percentile(0.99), Unit.TIME));
      figures.add(new Figure("p99.9", latencies.percentile(0.999), Unit.TIME));
      figures.add(new Figure("max", latencies.max(), Unit.TIME));
      figures.add(new Figure("rate", series.median(Figures::perSecond), Unit.RATE));
      figures.add(new Figure("median x", series.ratioTo(all.getFirst(), Figures::median), Unit.RATIO));
      figures.add(new Figure("rate x", series.ratioTo(all.getFirst(), Figures::perSecond), Unit.RATIO));
      report.add(setting, series.name(), figures);
    }
  }

  /** Adds a row for each series of operations too short to be timed one by one, each of which did so many records. */
  static void addRates(Report report, String setting, List<Series> all, long recordsPerOperation) {
    for (Series series : all) {
      double nanos = series.median(Figures::nanosPerOperation) / recordsPerOperation;
      report.add(setting, series.name(),
          List.of(new Figure("each", nanos, Unit.TIME), new Figure("rate", 1e9 / nanos, Unit.RATE),
              new Figure("each x", series.ratioTo(all.getFirst(), Figures::nanosPerOperation), Unit.RATIO)));
    }
  }

  /** Returns a setting in words. */
  public static String setting(ThreadKind kind, int threads, int recordSize) {
    String kindName = kind.name().toLowerCase(Locale.ROOT);
    return threads + " " + kindName + (threads == 1 ? " thread, " : " threads, ") + bytes(recordSize);
  }

  /** Returns a size in words. */
  public static String bytes(long size) {
    if (size >= 1 << 20 && size % (1 << 20) == 0) {
      return (size >> 20) + " MiB";
    }
    return size >= 1 << 10 && size % (1 << 10) == 0 ? (size >> 10) + " KiB" : size + " B";
  }
}
