package dev.holdfast.cli;

import java.time.Duration;

/**
 * The figures of one stretch of appending.
 *
 * @param records how many records were acknowledged
 * @param bytes their bytes
 * @param duration from the first append begun to the last one acknowledged
 * @param p50 the time an append took that half of them did not exceed
 * @param p99 the time that 99 in 100 did not exceed
 */
record DemoPhase(int records, long bytes, Duration duration, Duration p50, Duration p99) {

  double recordsPerSecond() {
    return perSecond(records);
  }

  double megabytesPerSecond() {
    return perSecond(bytes / 1e6);
  }

  private double perSecond(double amount) {
    return duration.isZero() ? 0 : amount / (duration.toNanos() / 1e9);
  }

  JsonObject json() {
    return new JsonObject().put("records", records).put("bytes", bytes).put("seconds", duration)
        .put("recordsPerSecond", recordsPerSecond()).put("megabytesPerSecond", megabytesPerSecond())
        .put("p50Seconds", p50).put("p99Seconds", p99);
  }
}
