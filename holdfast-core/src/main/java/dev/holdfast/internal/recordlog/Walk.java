package dev.holdfast.internal.recordlog;

import dev.holdfast.ChecksumMismatchException;
import dev.holdfast.CorruptionException;
import dev.holdfast.RecordVisitor;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.FileWindow;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Steps through the records of a record log up to an end that is known; each frame is validated. */
final class Walk {
  private static final int WINDOW = 1 << 16;

  private final String name;
  private final SegmentHeader header;
  private final FileWindow window;
  private final Frame frame = new Frame();
  private final FrameChecksum checksum = new FrameChecksum();
  private long offset = StartFrame.DATA_START;
  private long expected;

  /** Gets one data frame after the other; {@code at} is where it begins in the buffer, which may be written to. */
  interface FrameVisitor {
    void visit(Frame frame, ByteBuffer buffer, int at) throws IOException;
  }

  Walk(RecordFile where, LogFile file, SegmentHeader header) throws IOException {
    this.name = where.name();
    this.header = header;
    this.window = new FileWindow(new FrameArea(file, header), WINDOW);
  }

  /** Delivers the records below {@code end}. */
  void records(long end, RecordVisitor visitor) throws IOException {
    frames(end, (_, buffer, at) -> deliver(buffer, at + Frame.HEADER, visitor));
  }

  private void deliver(ByteBuffer buffer, int payload, RecordVisitor visitor) {
    var view = buffer.asReadOnlyBuffer();
    if (frame.type() == Frame.RECORD) {
      visitor.visit(frame.firstId(), view.limit(payload + frame.payloadLength()).position(payload));
      return;
    }
    var begin = payload + frame.count() * Integer.BYTES;
    for (var i = 0; i < frame.count(); i++) {
      var end = begin + BatchPayload.length(buffer, payload, i);
      visitor.visit(frame.firstId() + i, view.limit(end).position(begin));
      begin = end;
    }
  }

  /** Delivers the frames of the records below {@code end}. */
  void frames(long end, FrameVisitor visitor) throws IOException {
    while (expected < end) {
      var at = load();
      if (frame.isData()) {
        visitor.visit(frame, window.buffer(), at);
      }
      offset += frame.size();
      expected = frame.endId();
    }
  }

  /** Has the next frame, validated, in memory; returns where it begins there. */
  private int load() throws IOException {
    if (!window.load(offset, Frame.HEADER)) {
      throw damaged("the file ends here");
    }
    frame.read(window.buffer(), window.at(offset));
    if (!frame.isPlausible(window.fileSize() - offset, header.maxFrame()) || frame.firstId() != expected
        || !(frame.isData() || frame.isPassedOver())
        || !window.load(offset, Frame.HEADER + (long) frame.payloadLength())) {
      throw damaged("no frame continues here");
    }
    var at = window.at(offset);
    var actual = checksum.of(header.salt(), window.buffer().array(), at, frame.payloadLength());
    if (actual != frame.checksum()) {
      throw new ChecksumMismatchException(name, offset, expected, "the checksum of the frame is "
          + Integer.toHexString(frame.checksum()) + ", but that of its bytes " + Integer.toHexString(actual));
    }
    if (frame.type() == Frame.BATCH
        && !BatchPayload.isValid(window.buffer(), at + Frame.HEADER, frame.payloadLength(), frame.count())) {
      throw damaged("the lengths in the batch do not add up");
    }
    return at;
  }

  private CorruptionException damaged(String problem) {
    return new CorruptionException(name, offset, expected, problem);
  }
}
