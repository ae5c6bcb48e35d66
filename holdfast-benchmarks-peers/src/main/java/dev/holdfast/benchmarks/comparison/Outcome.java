package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.measure.Latencies;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects the figures of one workload, for the report and for its plot. */
final class Outcome {
  private final Report report;
  private final BarPlot plot;

  Outcome(Report report, BarPlot plot) {
    this.report = report;
    this.plot = plot;
  }

  /** Adds a setting, compared by one measure; times of single operations are told if they were taken. */
  void add(String setting, List<Result> results, Measure measure) {
    Optional<Series> limit = Measure.limit(results);
    Optional<Series> best = measure.bestPeer(results);
    for (Result result : results) {
      List<Figure> figures = new ArrayList<>();
      figures.add(new Figure(measure.name(), measure.of(result), measure.unit()));
      figures.add(ratio("x limit", result, limit, measure));
      figures.add(ratio("x best peer", result, best, measure));
      Latencies latencies = result.series().allLatencies();
      if (latencies.count() > 0) {
        addTimes(figures, latencies);
      }
      report.add(setting, result.name(), figures);
    }
    plot.add(new BarPlot.Panel(setting + ": " + measure.name() + (measure.better() == Measure.Better.LOWER
        ? ", less is better"
        : ""), measure.unit(),
        results.stream().map(result -> new BarPlot.Bar(result.name(), result.role(), measure.of(result))).toList()));
  }

  private static void addTimes(List<Figure> figures, Latencies latencies) {
    figures.add(new Figure("p50", latencies.percentile(0.5), Unit.TIME));
    figures.add(new Figure("p99", latencies.percentile(0.99), Unit.TIME));
    figures.add(new Figure("p99.9", latencies.percentile(0.999), Unit.TIME));
    figures.add(new Figure("p99.99", latencies.percentile(0.9999), Unit.TIME));
    figures.add(new Figure("max", latencies.max(), Unit.TIME));
  }

  private static Figure ratio(String name, Result result, Optional<Series> to, Measure measure) {
    return new Figure(name, to.map(series -> measure.ratio(result, series)).orElse(Double.NaN), Unit.RATIO);
  }

  /** Adds figures that are not medians of rounds; the first of each program is drawn. */
  void addSingle(String setting, List<Single> all) {
    if (all.isEmpty()) {
      return; // limit programs only, where there are none
    }
    for (Single single : all) {
      report.add(setting, single.name(), single.figures());
    }
    Figure drawn = all.getFirst().figures().getFirst();
    plot.add(new BarPlot.Panel(setting + ": " + drawn.name() + ", less is better", drawn.unit(), all.stream()
        .map(single -> new BarPlot.Bar(single.name(), single.role(), single.figures().getFirst().value())).toList()));
  }

  /**
   * The figures of one program that was measured once.
   *
   * @param name its name
   * @param role what it is
   * @param figures what was measured
   */
  record Single(String name, Role role, List<Figure> figures) {}
}
