package dev.holdfast.snapshot;

import java.time.Duration;

/** When a snapshot is taken in the background: whenever so much has come since the last one began. */
public sealed interface SnapshotPolicy {

  /** Takes one each time so many records have come, at least 1. */
  static SnapshotPolicy everyRecords(long records) {
    return new EveryRecords(records);
  }

  /**
   * Takes one each time records of so many bytes have come, at least 1. What had come before the state was opened,
   * since the newest snapshot, counts with the bytes it takes in the log.
   */
  static SnapshotPolicy everyBytes(long bytes) {
    return new EveryBytes(bytes);
  }

  /** Takes one each time so much time has passed, at least 1 ms, if any record has come. */
  static SnapshotPolicy every(Duration interval) {
    return new Every(interval);
  }

  /** Takes none in the background. */
  static SnapshotPolicy onDemand() {
    return OnDemand.INSTANCE;
  }

  /** See {@link SnapshotPolicy#everyRecords}. */
  record EveryRecords(long records) implements SnapshotPolicy {
    /** Checks the number. */
    public EveryRecords {
      requirePositive("records", records);
    }
  }

  /** See {@link SnapshotPolicy#everyBytes}. */
  record EveryBytes(long bytes) implements SnapshotPolicy {
    /** Checks the number. */
    public EveryBytes {
      requirePositive("bytes", bytes);
    }
  }

  /** See {@link SnapshotPolicy#every}. */
  record Every(Duration interval) implements SnapshotPolicy {
    /** Checks the time. */
    public Every {
      if (interval.toMillis() < 1) {
        throw new IllegalArgumentException("interval must be at least 1 ms, not " + interval);
      }
    }
  }

  /** See {@link SnapshotPolicy#onDemand}. */
  enum OnDemand implements SnapshotPolicy {
    /** The only one. */
    INSTANCE;

    @Override
    public String toString() {
      return "OnDemand";
    }
  }

  private static void requirePositive(String parameter, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(parameter + " must be at least 1, not " + value);
    }
  }
}
