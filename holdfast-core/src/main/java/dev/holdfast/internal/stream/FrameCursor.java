package dev.holdfast.internal.stream;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.stream.StreamView.Cut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the frames of a stream, from segment to segment, and follows truncations. Each frame is validated once,
 * in a {@link Scratch} from which its records are then taken. Whoever does that says which record comes next. Not safe
 * for use by several threads.
 */
final class FrameCursor {
  private final StreamView view;
  private final CompressedFrames compressed;
  private final Scratch scratch;

  private Cut cut;
  private SegmentList segments;
  private @Nullable Segment segment;
  private @Nullable SegmentHeader segmentHeader;
  private long segmentEnd;
  private long segmentCreated;
  /**
   * The id up to which the bytes in {@link #scratch} were visible when they were read: what is behind may have changed.
   */
  private long readUpTo;
  /** Where the frame moved to last ends, and its checksum: the segment after this one has them in its start frame. */
  private long frameEndOffset;
  private int frameChecksum;
  /**
   * The id up to which the records of the frame held are part of the log: a batch may have been cut. Never beyond
   * {@link #readUpTo}; negative if no frame is held.
   */
  private long frameEndId = -1;
  /** The frames from the end of this one to that with the record before this id are validated, with one record each. */
  private long runEndId;

  FrameCursor(StreamView view, CompressedFrames compressed, int bufferSize) {
    this.view = view;
    this.compressed = compressed;
    this.scratch = new Scratch(bufferSize);
    this.cut = view.lastCut();
    this.segments = view.segments();
  }

  /** Returns what the frame moved to is in, and the run. */
  Scratch scratch() {
    return scratch;
  }

  /** Returns the id up to which each record is in the next frame of the run ({@link #stepInRun}). */
  long runEndId() {
    return runEndId;
  }

  /**
   * Steps to the next frame of the run.
   *
   * @return the index of the frame in {@link Scratch#bytes}
   */
  int stepInRun() {
    var bytes = scratch.bytes();
    var at = scratch.indexOf(frameEndOffset);
    frameEndOffset += Frame.sizeOf(Frame.field(bytes, at, Frame.LENGTH));
    frameChecksum = Frame.field(bytes, at, Frame.CHECKSUM);
    return at;
  }

  /** Ends the run, and lets go of the frame held if not all of its records can be read any more. */
  void lookAgain() {
    runEndId = -1; // whatever throws from here on, nothing that was validated before is delivered by the next call
    readUpTo = Math.min(readUpTo, view.readableEnd());
    if (frameEndId > readUpTo) {
      lose();
    }
  }

  /** Looks at the truncations from the back that have happened meanwhile; {@code id} is the record to be read next. */
  void followCuts(long id) {
    for (var next = cut.next(); next != null; next = cut.next()) {
      lose();
      if (next.id() < id) {
        throw new CursorInvalidatedException("stream '" + view.name() + "' was truncated from record " + next.id()
            + " on, the cursor was to read " + id);
      }
      cut = next;
    }
  }

  /** Returns whether there has been a truncation from the back that {@link #followCuts} has not looked at. */
  boolean isCut() {
    return cut.next() != null;
  }

  /** Returns the segments as they were when it last looked. */
  SegmentList segments() {
    return segments;
  }

  /** Returns whether these are still the segments, and there has been no truncation from the back meanwhile. */
  boolean isCurrent(SegmentList known) {
    return view.isCurrent(known, cut);
  }

  /** Returns the time to which those of the frames are relative. */
  long segmentCreated() {
    return segmentCreated;
  }

  /** Keeps the frame moved to, for the records of it that follow. */
  void hold() {
    frameEndId = Math.min(Math.min(scratch.frame().endId(), segmentEnd), readUpTo);
  }

  /** Returns whether record {@code id}, which follows the one delivered last, is in the frame held. */
  boolean holds(long id) {
    return id < frameEndId;
  }

  /** Forgets where it was in which file. */
  void lose() {
    segment = null;
    segmentHeader = null;
    frameEndId = -1;
    runEndId = -1;
    scratch.forget();
    segments = view.segments();
  }

  /**
   * Moves to the frame with record {@code id}, which is visible; or in front of it, if it begins a run.
   *
   * @return false if the record was truncated from the front
   */
  boolean moveTo(long id) throws IOException {
    var current = segment;
    var header = segmentHeader;
    if (current == null || header == null || id >= segmentEnd) {
      return enterSegment(id);
    }
    if (id >= readUpTo && !isStillIn(current, id)) {
      return enterSegment(id);
    }
    runEndId = scratch.takeRecords(header, frameEndOffset, id, Math.min(segmentEnd, readUpTo));
    if (id < runEndId) {
      return true;
    }
    if (scratch.takeFrame(header, current, frameEndOffset, id)) {
      moved(header, current, frameEndOffset);
    } else {
      readOn(current, id);
    }
    return true;
  }

  /**
   * Looks anew what is visible, and whether {@code id} is in this segment: what follows in the file may have been cut
   * before the log was opened, and a segment begun there since.
   */
  private boolean isStillIn(Segment current, long id) {
    readUpTo = view.readableEnd(); // before the segments: whatever is visible is in a segment published before
    scratch.forget();
    segments = view.segments();
    var i = segments.indexOf(id);
    if (i < 0 || segments.get(i).firstId() != current.firstId()) {
      return false;
    }
    segmentEnd = segments.endOf(i);
    return true;
  }

  private void readOn(Segment current, long id) throws IOException {
    var open = current.acquire();
    try {
      runEndId = scratch.readRecords(open, frameEndOffset, id, Math.min(segmentEnd, readUpTo));
      if (id == runEndId) {
        step(open, current, id);
      }
    } finally {
      current.release();
    }
  }

  /** Has the next data frame, which begins with record {@code id}, validated. */
  private void step(OpenSegment open, Segment in, long id) throws IOException {
    var offset = frameEndOffset;
    var there = scratch.readHeader(open, offset, id);
    while (there && scratch.frame().isPassedOver()) {
      offset += scratch.frame().size();
      there = scratch.readHeader(open, offset, id);
    }
    if (!there || !scratch.frame().isData()) {
      throw in.files().corrupt(in.name(), offset, id, "no valid frame continues here, but the stream goes on to record "
          + (Math.min(segmentEnd, view.readableEnd()) - 1));
    }
    scratch.readFrame(open, in, offset);
    moved(open.header(), in, offset);
  }

  private void moved(SegmentHeader header, Segment in, long offset) {
    compressed.unpack(scratch, header, in, offset);
    frameEndOffset = offset + scratch.frame().size();
    frameChecksum = scratch.frame().checksum();
  }

  /** Goes to the segment that has record {@code id}, and to the frame there; false if all of them begin behind it. */
  private boolean enterSegment(long id) throws IOException {
    var limit = view.readableEnd(); // before the segments, as above
    segments = view.segments();
    var i = segments.indexOf(id);
    if (i < 0) {
      lose();
      return false;
    }
    var entered = segments.get(i);
    var open = entered.acquire();
    try {
      var end = segments.checkedEnd(i, id, open);
      if (id == entered.firstId()) {
        checkChain(readStart(open, entered), entered);
      }
      moved(open.header(), entered, RecordReader.frameOf(open, entered, id, scratch));
      segmentHeader = open.header();
      segment = entered; // only now: if it is damaged, whoever asks again enters it again
      segmentEnd = end;
      segmentCreated = open.header().created();
      readUpTo = limit;
    } finally {
      entered.release();
    }
    return true;
  }

  private static StartFrame readStart(OpenSegment open, Segment entered) throws IOException {
    var bytes = new byte[StartFrame.DATA_START];
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var frame = new Frame();
    var complete = open.read(0, bytes, 0, bytes.length) == bytes.length;
    frame.read(buffer, SegmentHeader.SIZE);
    if (!complete || frame.type() != Frame.START || frame.payloadLength() != StartFrame.PAYLOAD
        || frame.checksum() != new FrameChecksum().of(open.header().salt(), bytes, SegmentHeader.SIZE,
            StartFrame.PAYLOAD)) {
      throw entered.files().corrupt(entered.name(), SegmentHeader.SIZE, entered.firstId(),
          "the start frame is damaged");
    }
    return StartFrame.decode(buffer, SegmentHeader.SIZE + Frame.HEADER);
  }

  /** Compares the start frame of a segment with the last frame read of the one before it, if that was read. */
  private void checkChain(StartFrame start, Segment entered) {
    var before = segment;
    if (before == null || before.firstId() >= entered.firstId()) {
      return;
    }
    if (start.predecessor() != before.firstId() || start.endOffset() != frameEndOffset
        || start.checksum() != frameChecksum) {
      throw entered.files().corrupt(entered.name(), SegmentHeader.SIZE, entered.firstId(),
          "it does not continue the segment before it, " + before.name());
    }
  }
}
