package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Report;
import java.io.IOException;

/**
 * One run of a workload.
 *
 * @param settings what it was told
 * @param report where its figures go
 */
public record Session(Settings settings, Report report) {

  /** Returns a new directory for files. */
  public Scratch scratch() throws IOException {
    return Scratch.in(settings.directory);
  }

  /** Returns whether Holdfast is to be measured, not the limits alone. */
  public boolean measuresHoldfast() {
    return !settings.limitsOnly;
  }
}
