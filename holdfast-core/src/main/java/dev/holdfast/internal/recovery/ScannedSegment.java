package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;

/**
 * A segment that was read through.
 *
 * @param firstId its first id
 * @param header its header
 * @param start the payload of its start frame
 * @param index its sparse index
 * @param endOffset where its frames end
 * @param endId the id after its last record
 * @param lastChecksum the checksum field of its last data frame, of its start frame if it has none
 * @param lastTime the time field of that frame
 * @param fileSize the size of its file
 * @param sealed whether its frames end with a seal
 * @param residue whether anything but zeros follows its frames
 * @param proved what its frames prove durable, those beyond a hole included
 */
public record ScannedSegment(long firstId, SegmentHeader header, StartFrame start, IndexEntries index, long endOffset,
    long endId, int lastChecksum, int lastTime, long fileSize, boolean sealed, boolean residue, long proved) {

  /** Returns whether it holds nothing but its header and start frame. */
  boolean isBlank() {
    return endId == firstId && !residue && !sealed;
  }
}
