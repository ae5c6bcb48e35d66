package dev.holdfast.snapshot;

/**
 * May hold back the truncation of a log: for a reader that lags behind, or a backup that is not finished. Asked before
 * each truncation, by the thread that publishes; an exception holds everything back, and is logged.
 */
@FunctionalInterface
public interface TruncationGuard {

  /**
   * Returns how far the log may be truncated.
   *
   * @param id the log is to be truncated before this id
   * @return the id below which records may go: {@code id}, or less; more is taken for {@code id}
   */
  long mayTruncateBefore(long id);
}
