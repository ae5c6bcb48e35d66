package dev.holdfast.shard;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.SegmentInfo;

/**
 * What was deleted at the front of a stream.
 *
 * @param ids the records that went
 * @param segments how many segments that were
 * @param bytes the size of their files
 */
record SegmentDeletion(IdRange ids, int segments, long bytes) {

  /** Deletes the segments all of whose records are below {@code id}. */
  static SegmentDeletion before(LogStream stream, long id) {
    var there = stream.segments();
    var ids = stream.truncateBefore(id);
    var gone = there.stream().map(SegmentDeletion::new).filter(each -> each.isWithin(ids)).toList();
    return new SegmentDeletion(ids, gone.size(), gone.stream().mapToLong(SegmentDeletion::bytes).sum());
  }

  private SegmentDeletion(SegmentInfo segment) {
    this(segment.ids(), 1, segment.sizeBytes());
  }

  private boolean isWithin(IdRange range) {
    return !range.isEmpty() && ids.start() >= range.start() && ids.end() <= range.end() && ids.start() < range.end();
  }
}
