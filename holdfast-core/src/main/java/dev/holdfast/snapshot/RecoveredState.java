package dev.holdfast.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A state that has been recovered, and from what.
 *
 * @param state the state
 * @param end it has every record below this id
 * @param snapshot the snapshot it began with; empty if it began with the first record
 * @param replayed how many records came after it
 * @param duration how long it took
 * @param notes what else is worth knowing, in words: snapshots that could not be read, or are missing
 * @param <S> the state
 */
public record RecoveredState<S>(S state, long end, Optional<SnapshotInfo> snapshot, long replayed, Duration duration,
    List<String> notes) {

  /** Returns all of this but the state. */
  public StateRecovery report() {
    return new StateRecovery(end, snapshot, replayed, duration, notes);
  }

  /** Copies the notes. */
  public RecoveredState {
    notes = List.copyOf(notes);
  }
}
