package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.RecordCursor;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.BatchPayload;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Steps through the records of a stream over large reads; each frame is validated once. */
final class StreamCursor implements RecordCursor {
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 4);

  private final StreamView view;
  private final CompressedFrames compressed;
  private final LongConsumer atEnd;
  private final Runnable refresh;
  private final long pollNanos;
  private final Scratch scratch;
  private volatile boolean closed;

  private long nextId;
  private boolean anyDelivered;
  private int retries;
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
  /** The validated frame in {@link #scratch} is at this offset of the segment, or there is none if it is negative. */
  private long frameOffset = -1;
  private long frameEndOffset;
  private int frameChecksum;
  /** The id up to which its records are part of the log: a batch may have been cut. Never beyond {@link #readUpTo}. */
  private long frameEndId;
  /** The frames from the end of this one to that with the record before this id are validated, with one record each. */
  private long runEndId;
  /** Of the view, when it was last looked at: as long as there are no more, whatever was found is still so. */
  private int disturbances;

  private long id = -1;
  private int recordAt;
  private int recordLength;
  private long recordTime;

  /**
   * Creates a cursor.
   *
   * @param atEnd called with the next id when the end is reached, to look whether it has moved
   * @param refresh looks whether anything has changed
   * @param pollNanos how long to wait before looking again although nobody said that the end has moved
   */
  StreamCursor(StreamView view, CompressedFrames compressed, long fromId, int bufferSize, LongConsumer atEnd,
      Runnable refresh, long pollNanos) {
    this.compressed = compressed;
    this.atEnd = atEnd;
    this.view = view;
    this.pollNanos = pollNanos;
    this.refresh = refresh;
    this.scratch = new Scratch(bufferSize);
    this.cut = view.lastCut();
    this.segments = view.segments();
    this.nextId = fromId;
  }

  @Override
  public boolean next() {
    if (nextId < runEndId && view.disturbances() == disturbances && !closed) {
      deliverNextOfRun();
      return true;
    }
    return nextFrame();
  }

  private boolean nextFrame() {
    runEndId = -1; // whatever throws from here on, nothing that was validated before is delivered by the next call
    disturbances = view.disturbances(); // before looking: what comes later is noticed at the next step
    checkOpen();
    readUpTo = Math.min(readUpTo, view.readableEnd());
    if (frameEndId > readUpTo) {
      lose();
    }
    while (true) {
      runEndId = -1;
      followCuts();
      if (frameOffset >= 0 && nextId < frameEndId) {
        deliverNextOfBatch();
        return true;
      }
      if (nextId >= view.readableEnd()) {
        atEnd.accept(nextId);
        if (nextId >= view.readableEnd()) {
          return false;
        }
      }
      if (advance()) {
        return true;
      }
    }
  }

  @Override
  public boolean next(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    var deadline = System.nanoTime() + nanos(timeout);
    while (true) {
      if (next()) {
        return true;
      }
      if (view.failStop().hasFailed()) {
        throw view.failStop().exception();
      }
      if (deadline - System.nanoTime() <= 0) {
        return false;
      }
      awaitMore(deadline);
    }
  }

  /** Of any duration: also of those that are too long for nanoseconds, and of negative ones. */
  private static long nanos(Duration timeout) {
    if (timeout.isNegative()) {
      return 0;
    }
    return timeout.compareTo(FOR_EVER) < 0 ? timeout.toNanos() : FOR_EVER.toNanos();
  }

  /** Waits for the end to move; {@link #close} wakes it. */
  private void awaitMore(long deadline) {
    view.awaitBeyond(nextId, Math.min(deadline, System.nanoTime() + pollNanos), () -> closed);
  }

  /**
   * Steps to the frame with {@link #nextId}, which is visible; false if something changed meanwhile and must be looked
   * at.
   */
  private boolean advance() {
    var known = segments;
    try {
      if (!position() || cut.next() != null) {
        return false; // cut meanwhile: what was found may be of a history that this cursor has not followed
      }
      if (nextId < runEndId) {
        deliverNextOfRun();
      } else {
        deliver();
      }
      retries = 0;
      return true;
    } catch (CorruptionException e) {
      if (isStillTrue(known)) {
        throw e;
      }
    } catch (IOException | InternalError e) {
      if (isStillTrue(known)) {
        throw unreadable(OpenSegment.readError(e));
      }
    }
    lose();
    return false;
  }

  private RuntimeException unreadable(IOException e) {
    var i = segments.indexOf(nextId);
    return i < 0
        ? new WalIOException("stream '" + view.name() + "': cannot read record " + nextId + ": " + e.getMessage(), e)
        : RecordReader.unreadable(segments.get(i), nextId, e);
  }

  /** Returns whether what went wrong with these segments is no fault of their having changed meanwhile. */
  private boolean isStillTrue(SegmentList known) {
    refresh.run();
    view.checkOpen();
    return view.isCurrent(known, cut) || ++retries > RecordReader.MAX_RETRIES;
  }

  private boolean position() throws IOException {
    var current = segment;
    if (current == null || nextId >= segmentEnd) {
      return enterSegment();
    }
    if (nextId >= readUpTo && !isStillIn(current)) {
      return enterSegment();
    }
    var header = segmentHeader;
    frameOffset = -1;
    if (header != null) {
      runEndId = scratch.takeRecords(header, frameEndOffset, nextId, Math.min(segmentEnd, readUpTo));
      if (nextId < runEndId) {
        return true;
      }
      if (scratch.takeFrame(header, current, frameEndOffset, nextId)) {
        stepped(header, current, frameEndOffset);
        return true;
      }
    }
    var open = current.acquire();
    try {
      runEndId = scratch.readRecords(open, frameEndOffset, nextId, Math.min(segmentEnd, readUpTo));
      if (nextId == runEndId) {
        step(open, current, frameEndOffset);
      }
    } finally {
      current.release();
    }
    return true;
  }

  /**
   * Looks anew what is visible, and whether {@link #nextId} is in this segment: what follows in the file may have been
   * cut before the log was opened, and a segment begun there since.
   */
  private boolean isStillIn(Segment current) {
    readUpTo = view.readableEnd(); // before the segments: whatever is visible is in a segment published before
    scratch.forget();
    segments = view.segments();
    var i = segments.indexOf(nextId);
    if (i < 0 || segments.get(i).firstId() != current.firstId()) {
      return false;
    }
    segmentEnd = segments.endOf(i);
    return true;
  }

  /** Has the next data frame at or behind {@code from}, which begins with {@link #nextId}, validated. */
  private void step(OpenSegment open, Segment in, long from) throws IOException {
    var offset = from;
    var there = scratch.readHeader(open, offset, nextId);
    while (there && scratch.frame().isPassedOver()) {
      offset += scratch.frame().size();
      there = scratch.readHeader(open, offset, nextId);
    }
    if (!there || !scratch.frame().isData()) {
      throw in.files().corrupt(in.name(), offset, nextId,
          "no valid frame continues here, but the stream goes on to record "
              + (Math.min(segmentEnd, view.readableEnd()) - 1));
    }
    scratch.readFrame(open, in, offset);
    stepped(open.header(), in, offset);
  }

  private void stepped(SegmentHeader header, Segment in, long offset) {
    compressed.unpack(scratch, header, in, offset);
    frameOffset = offset;
    frameEndOffset = offset + scratch.frame().size();
    frameChecksum = scratch.frame().checksum();
  }

  /** Goes to the segment that has {@link #nextId}; false if the list has changed. */
  private boolean enterSegment() throws IOException {
    var limit = view.readableEnd(); // before the segments, as above
    segments = view.segments();
    var i = segments.indexOf(nextId);
    if (i < 0) {
      skipTruncated();
      return false;
    }
    var entered = segments.get(i);
    var before = segment;
    var open = entered.acquire();
    try {
      var end = segments.checkedEnd(i, nextId, open);
      if (nextId == entered.firstId()) {
        var start = readStart(open, entered);
        if (before != null && before.firstId() < entered.firstId()) {
          checkChain(before, start, entered);
        }
      }
      frameOffset = -1;
      var found = RecordReader.frameOf(open, entered, nextId, scratch);
      compressed.unpack(scratch, open.header(), entered, found);
      segmentHeader = open.header();
      segment = entered; // only now: if it is damaged, whoever asks again enters it again
      segmentEnd = end;
      segmentCreated = open.header().created();
      frameOffset = found;
      frameEndOffset = frameOffset + scratch.frame().size();
      frameChecksum = scratch.frame().checksum();
      readUpTo = limit;
    } finally {
      entered.release();
    }
    return true;
  }

  private StartFrame readStart(OpenSegment open, Segment entered) throws IOException {
    var bytes = new byte[StartFrame.DATA_START];
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var frame = new Frame();
    var complete = open.read(0, bytes, 0, bytes.length) == bytes.length;
    frame.read(buffer, SegmentHeader.SIZE);
    if (!complete || frame.type() != Frame.START || frame.payloadLength() != StartFrame.PAYLOAD
        || frame.checksum() != new FrameChecksum().of(open.header().salt(), bytes, SegmentHeader.SIZE,
            StartFrame.PAYLOAD)) {
      throw entered.files().corrupt(entered.name(), SegmentHeader.SIZE, nextId, "the start frame is damaged");
    }
    return StartFrame.decode(buffer, SegmentHeader.SIZE + Frame.HEADER);
  }

  /** Compares the start frame of the segment entered with the last frame read of the one before it. */
  private void checkChain(Segment before, StartFrame start, Segment entered) {
    if (start.predecessor() != before.firstId() || start.endOffset() != frameEndOffset
        || start.checksum() != frameChecksum) {
      throw entered.files().corrupt(entered.name(), SegmentHeader.SIZE, nextId,
          "it does not continue the segment before it, " + before.name());
    }
  }

  private void skipTruncated() {
    lose();
    if (anyDelivered) {
      throw new CursorInvalidatedException("stream '" + view.name() + "': record " + nextId
          + " was truncated before it was read; the first one is now " + view.firstId());
    }
    nextId = view.firstId();
  }

  /** Looks at the truncations from the back that have happened meanwhile. */
  private void followCuts() {
    for (var next = cut.next(); next != null; next = cut.next()) {
      if (next.id() < nextId) {
        throw new CursorInvalidatedException("stream '" + view.name() + "' was truncated from record " + next.id()
            + " on, the cursor was to read " + nextId);
      }
      cut = next;
      lose();
    }
  }

  /** Forgets where it was in which file. */
  private void lose() {
    segment = null;
    segmentHeader = null;
    frameOffset = -1;
    runEndId = -1;
    scratch.forget();
    segments = view.segments();
  }

  private void deliver() {
    var frame = scratch.frame();
    frameEndId = Math.min(Math.min(frame.endId(), segmentEnd), readUpTo);
    var payload = scratch.contentAt();
    if (frame.type() == Frame.RECORD) {
      recordAt = payload;
      recordLength = scratch.contentLength();
    } else {
      var index = (int) (nextId - frame.firstId());
      recordAt = BatchPayload.offset(scratch.content(), payload, frame.count(), index);
      recordLength = BatchPayload.length(scratch.content(), payload, index);
    }
    delivered(frame.time());
  }

  /** Steps to the frame behind this one, which was validated with others. */
  private void deliverNextOfRun() {
    var bytes = scratch.bytes();
    var at = scratch.indexOf(frameEndOffset);
    var length = Frame.field(bytes, at, Frame.LENGTH);
    frameOffset = frameEndOffset;
    frameEndOffset += Frame.sizeOf(length);
    frameChecksum = Frame.field(bytes, at, Frame.CHECKSUM);
    frameEndId = nextId + 1;
    recordAt = at + Frame.HEADER;
    recordLength = length;
    delivered(Integer.toUnsignedLong(Frame.field(bytes, at, Frame.TIME)));
  }

  private void deliverNextOfBatch() {
    if (id != nextId - 1) {
      deliver();
      return;
    }
    recordAt += recordLength;
    recordLength = BatchPayload.length(scratch.content(), scratch.contentAt(),
        (int) (nextId - scratch.frame().firstId()));
    delivered(scratch.frame().time());
  }

  private void delivered(long time) {
    recordTime = segmentCreated + time;
    id = nextId++;
    anyDelivered = true;
  }

  private void checkOpen() {
    if (closed) {
      throw new WalClosedException("the cursor is closed");
    }
    view.checkOpen();
  }

  private void checkDelivered() {
    if (id < 0) {
      throw new IllegalStateException("no record has been stepped to; call next() first");
    }
  }

  @Override
  public long id() {
    checkDelivered();
    return id;
  }

  @Override
  public ByteBuffer payload() {
    checkDelivered();
    return scratch.view(recordAt, recordLength);
  }

  @Override
  public byte[] copyPayload() {
    checkDelivered();
    var copy = new byte[recordLength];
    scratch.content().get(recordAt, copy);
    return copy;
  }

  @Override
  public int length() {
    checkDelivered();
    return recordLength;
  }

  @Override
  public Instant time() {
    checkDelivered();
    return Instant.ofEpochMilli(recordTime);
  }

  @Override
  public long nextId() {
    return nextId;
  }

  @Override
  public void close() {
    closed = true;
    view.wake();
  }
}
