package dev.holdfast.benchmarks.measure;

/**
 * What one round measured.
 *
 * @param operations how many operations were done
 * @param nanos how long the round took, from the start of the first operation to the end of the last
 * @param latencies how long each took; empty if they were too short to be timed one by one
 */
public record Figures(long operations, long nanos, Latencies latencies) {

  /** Returns the operations per second. */
  public double perSecond() {
    return operations * 1e9 / nanos;
  }

  /** Returns the time of the round divided by the number of operations, in ns. */
  public double nanosPerOperation() {
    return (double) nanos / operations;
  }

  /** Returns the median time of one operation, in ns. */
  public double median() {
    return latencies.percentile(0.5);
  }
}
