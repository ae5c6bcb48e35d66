package dev.holdfast.snapshot;

import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.internal.stream.EngineStream;

/**
 * The last record that a state has. Tells the history of which it is from any other: after a cut, or in an older copy
 * of the log, the same id belongs to another frame, whatever its record says.
 *
 * @param isThere whether the log still has it
 * @param payload the checksum of its payload, else 0
 * @param frame the checksum of its frame, else 0
 */
record LastRecord(boolean isThere, int payload, int frame) {
  static final LastRecord NONE = new LastRecord(false, 0, 0);

  /**
   * Returns that of a state with every record below {@code end}.
   *
   * @throws dev.holdfast.CorruptionException if it is damaged
   */
  static LastRecord of(EngineStream stream, long end) {
    while (end > 0) {
      var place = stream.placeOf(end - 1);
      var payload = stream.get(end - 1);
      if (place.isEmpty() && payload.isEmpty()) {
        return NONE;
      }
      if (payload.isPresent() && place.isPresent() && place.equals(stream.placeOf(end - 1))) { // of one frame
        return new LastRecord(true, SnapshotHeader.recordChecksum(payload.get()), place.get().checksum());
      }
    }
    return NONE;
  }

  /** Returns whether both are there, and not of the same history. */
  boolean differsFrom(LastRecord other) {
    return isThere && other.isThere && !equals(other);
  }
}
