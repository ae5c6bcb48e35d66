package dev.holdfast;

/**
 * What a replay makes of a tail that was never finished: bytes behind the last whole record that a crash left, of which
 * nothing was proved durable. Anything else that is wrong (damaged or missing records that were durable) is a
 * {@link CorruptionException} in both modes.
 *
 * <p>
 * They differ only where a log is open for reading and has no live writer. Opening for writing has decided already, and
 * beside a live writer the unfinished tail is simply the end.
 */
public enum ReplayMode {
  /** An unfinished tail is a {@link CorruptionException}, thrown when the records before it have been delivered. */
  STRICT,
  /** An unfinished tail is the end. */
  BEST_EFFORT_TAIL
}
