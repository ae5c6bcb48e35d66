package dev.holdfast;

/**
 * Figures of one stream since it was opened, and its size now.
 *
 * @param records how many records there are now
 * @param segments how many segments there are now
 * @param appendedRecords records appended since the stream was opened
 * @param appendedBytes their payload bytes
 * @param writes positional writes of frames
 * @param syncs syncs of segment files on behalf of appends and explicit syncs
 * @param rotations segments begun
 */
public record StreamStats(long records, long segments, long appendedRecords, long appendedBytes, long writes,
    long syncs, long rotations) {}
