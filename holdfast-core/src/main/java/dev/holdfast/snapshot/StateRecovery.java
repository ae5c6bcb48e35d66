package dev.holdfast.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a state was recovered.
 *
 * @param end it had every record below this id
 * @param snapshot the snapshot it began with; empty if it began with the first record
 * @param replayed how many records came after it
 * @param duration how long it took
 * @param notes what else is worth knowing, in words: snapshots that could not be read, or are missing
 */
public record StateRecovery(long end, Optional<SnapshotInfo> snapshot, long replayed, Duration duration,
    List<String> notes) {

  /** Copies the notes. */
  public StateRecovery {
    notes = List.copyOf(notes);
  }
}
