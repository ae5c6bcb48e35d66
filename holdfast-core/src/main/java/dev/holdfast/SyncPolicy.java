package dev.holdfast;

import java.time.Duration;
import java.util.Objects;

/**
 * When appends are made to survive power loss. Under every policy an append that returned survives the death of the
 * process, can be read, and is made durable by the next sync of the stream, whoever asks for it.
 */
public sealed interface SyncPolicy {

  /** Every append is durable before it returns. */
  SyncPolicy STRICT = Basic.STRICT;

  /** Batches and transactions are durable before they return; single records only become so with the next sync. */
  SyncPolicy BATCH_ONLY = Basic.BATCH_ONLY;

  /** Nothing is synced until somebody asks for it, or the segment is sealed. */
  SyncPolicy ASYNC = Basic.ASYNC;

  /**
   * Every {@code records} records the append that completes them syncs before it returns: a power loss costs fewer than
   * that many acknowledged records.
   *
   * @param records at least 1; 1 is as strict as {@link #STRICT}
   */
  static SyncPolicy everyN(int records) {
    return new EveryN(records);
  }

  /**
   * A background sync at most {@code interval} after the first record that is not durable. If it fails, the stream
   * fails.
   *
   * @param interval from 1 millisecond to 1 day
   */
  static SyncPolicy every(Duration interval) {
    return new Every(interval);
  }

  /** The policies without parameters. */
  enum Basic implements SyncPolicy {
    /** See {@link SyncPolicy#STRICT}. */
    STRICT,
    /** See {@link SyncPolicy#BATCH_ONLY}. */
    BATCH_ONLY,
    /** See {@link SyncPolicy#ASYNC}. */
    ASYNC
  }

  /**
   * See {@link SyncPolicy#everyN(int)}.
   *
   * @param records at least 1
   */
  record EveryN(int records) implements SyncPolicy {
    /** Checks the bound. */
    public EveryN {
      if (records < 1) {
        throw new IllegalArgumentException("records must be at least 1, not " + records);
      }
    }
  }

  /**
   * See {@link SyncPolicy#every(Duration)}.
   *
   * @param interval from 1 millisecond to 1 day
   */
  record Every(Duration interval) implements SyncPolicy {
    /** Checks the bounds. */
    public Every {
      Objects.requireNonNull(interval, "interval");
      if (interval.compareTo(Duration.ofMillis(1)) < 0 || interval.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("interval must be from 1 millisecond to 1 day, not " + interval);
      }
    }
  }
}
