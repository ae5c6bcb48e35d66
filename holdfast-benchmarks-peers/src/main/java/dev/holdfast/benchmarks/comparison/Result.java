package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.measure.Series;

/**
 * What one program did in a contest.
 *
 * @param role what it is
 * @param series its rounds
 */
record Result(Role role, Series series) {

  String name() {
    return series.name();
  }
}
