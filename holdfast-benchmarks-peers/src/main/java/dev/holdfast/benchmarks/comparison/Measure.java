package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.report.Unit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What programs are compared by.
 *
 * @param name what it is called
 * @param unit its unit
 * @param better which of two is better
 * @param ofRound what it was in one round
 */
record Measure(String name, Unit unit, Better better, ToDoubleFunction<Figures> ofRound) {

  /** Which of two values is better. */
  enum Better {
    /** The higher one. */
    HIGHER,
    /** The lower one. */
    LOWER
  }

  /** Returns how many records there were in a second, when each operation is so many. */
  static Measure rate(long recordsPerOperation) {
    return new Measure("rate", Unit.RATE, Better.HIGHER, figures -> figures.perSecond() * recordsPerOperation);
  }

  /** Returns the median over the rounds. */
  double of(Result result) {
    return result.series().median(ofRound);
  }

  /** Returns the median of the ratios within each round. */
  double ratio(Result result, Series to) {
    return result.series().ratioTo(to, ofRound);
  }

  /** Returns the first limit. */
  static Optional<Series> limit(List<Result> results) {
    return results.stream().filter(result -> result.role() == Role.LIMIT).map(Result::series).findFirst();
  }

  /** Returns the peer that did best. */
  Optional<Series> bestPeer(List<Result> results) {
    Comparator<Result> byMedian = Comparator.comparingDouble(this::of);
    return results.stream().filter(result -> result.role() == Role.PEER)
        .max(better == Better.HIGHER ? byMedian : byMedian.reversed()).map(Result::series);
  }
}
