package dev.holdfast.corruption;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whole and valid segments of other streams.
 *
 * @param name whose they are
 * @param nameHash hash of the stream's name
 */
record Foreign(String name, long nameHash) {
  private static final int MAX_FRAME = 1 << 26;

  /** Of another stream, and of a stream of the same name in another log, or in this one before it was deleted. */
  static final List<Foreign> ALL = List.of(new Foreign("another stream", Names.hash("another")),
      new Foreign("a namesake", Names.hash(Shape.STREAM)));

  /** Returns a segment with records from {@code firstId} on, sealed. */
  byte[] segment(long firstId, int size) {
    var header = new SegmentHeader(nameHash, 4711, 815, 1, 1_000_000, 4096, MAX_FRAME);
    var start = firstId == 0 ? StartFrame.FIRST : new StartFrame(0, 1, 4000, 99);
    var builder = new SegmentBuilder(header, firstId, start, 0);
    while (builder.offset() + 80 + 12L * Math.ceilDiv(size, 4096) < size || builder.nextId() < firstId + 5) {
      builder.record("foreign".getBytes(StandardCharsets.UTF_8), 0, 5);
    }
    return builder.sealed();
  }
}
