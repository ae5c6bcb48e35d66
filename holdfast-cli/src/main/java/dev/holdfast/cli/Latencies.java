package dev.holdfast.cli;

import java.util.Arrays;

/** Durations in nanoseconds, and their percentiles. Safe for use by many threads. */
final class Latencies {
  private long[] nanos = new long[1024]; // guarded by this
  private int count; // guarded by this

  synchronized void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = duration;
  }

  /**
   * Returns the duration that a share of all does not exceed (nearest rank), or 0 if there are none.
   *
   * @param share above 0 and at most 1
   */
  synchronized long percentile(double share) {
    if (count == 0) {
      return 0;
    }
    var sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[Math.clamp((long) Math.ceil(share * count) - 1, 0, count - 1)];
  }
}
