package dev.holdfast;

import java.time.Instant;

/**
 * One segment of a stream.
 *
 * @param file its file name
 * @param ids the records in it
 * @param sizeBytes the size of the file, preallocated space included
 * @param dataBytes how much of it is header and frames
 * @param state whether it is still written
 * @param epoch the epoch it belongs to (see {@code docs/FORMAT.md})
 * @param created when its file was prepared
 */
public record SegmentInfo(String file, IdRange ids, long sizeBytes, long dataBytes, State state, long epoch,
    Instant created) {

  /** What a segment is at. */
  public enum State {
    /** The one appends go to. */
    ACTIVE,
    /** Complete, but without a seal. */
    UNSEALED,
    /** Complete, with its index. */
    SEALED
  }
}
