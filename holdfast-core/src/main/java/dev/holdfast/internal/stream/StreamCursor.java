package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.RecordCursor;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongConsumer;

/** Delivers the records of a stream, frame by frame, and waits for more at its end. */
final class StreamCursor implements RecordCursor {
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 4);

  private final StreamView view;
  private final LongConsumer atEnd;
  private final Runnable refresh;
  private final long pollNanos;
  private final FrameCursor frames;
  private volatile boolean closed;

  private long nextId;
  private int retries;
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
    this.view = view;
    this.atEnd = atEnd;
    this.refresh = refresh;
    this.pollNanos = pollNanos;
    this.frames = new FrameCursor(view, compressed, bufferSize);
    this.nextId = fromId;
  }

  @Override
  public boolean next() {
    if (nextId < frames.runEndId() && view.disturbances() == disturbances && !closed) {
      deliverNextOfRun();
      return true;
    }
    return nextFrame();
  }

  private boolean nextFrame() {
    var frames = this.frames; // the field would be read again behind each volatile one: 5 % of a step
    disturbances = view.disturbances(); // before looking: what comes later is noticed at the next step
    frames.lookAgain();
    checkOpen();
    while (true) {
      frames.followCuts(nextId);
      if (frames.holds(nextId)) {
        deliverNextOfBatch();
        return true;
      }
      if (isAtEnd()) {
        return false;
      }
      if (advance()) {
        return true;
      }
    }
  }

  /** Returns whether there is no record, also after looking whether the end has moved. */
  private boolean isAtEnd() {
    if (nextId < view.readableEnd()) {
      return false;
    }
    atEnd.accept(nextId);
    return nextId >= view.readableEnd();
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
   * Delivers record {@link #nextId}, which is visible, from the next frame; false if something changed meanwhile and
   * must be looked at.
   */
  private boolean advance() {
    var known = frames.segments();
    try {
      if (!frames.moveTo(nextId)) {
        skipTruncated();
        return false;
      }
      if (frames.isCut()) {
        return false; // what was found may be of a history that this cursor has not followed
      }
      if (nextId < frames.runEndId()) {
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
    } catch (IOException e) {
      if (isStillTrue(known)) {
        throw unreadable(e);
      }
    }
    frames.lose();
    return false;
  }

  private void skipTruncated() {
    if (id >= 0) {
      throw new CursorInvalidatedException("stream '" + view.name() + "': record " + nextId
          + " was truncated before it was read; the first one is now " + view.firstId());
    }
    nextId = view.firstId();
  }

  /** Returns whether what went wrong with these segments is no fault of their having changed meanwhile. */
  private boolean isStillTrue(SegmentList known) {
    refresh.run();
    view.checkOpen();
    return frames.isCurrent(known) || ++retries > RecordReader.MAX_RETRIES;
  }

  private RuntimeException unreadable(IOException e) {
    var segments = frames.segments();
    var i = segments.indexOf(nextId);
    return i < 0
        ? new WalIOException("stream '" + view.name() + "': cannot read record " + nextId + ": " + e.getMessage(), e)
        : RecordReader.unreadable(segments.get(i), nextId, e);
  }

  /** Delivers from the frame moved to. */
  private void deliver() {
    var scratch = frames.scratch();
    recordAt = RecordReader.recordAt(scratch, nextId);
    recordLength = RecordReader.recordLength(scratch, nextId);
    delivered(scratch.frame().time());
    frames.hold();
  }

  /** Delivers from the frame behind this one, which was validated with others. */
  private void deliverNextOfRun() {
    var bytes = frames.scratch().bytes();
    var at = frames.stepInRun();
    recordAt = at + Frame.HEADER;
    recordLength = Frame.field(bytes, at, Frame.LENGTH);
    delivered(Integer.toUnsignedLong(Frame.field(bytes, at, Frame.TIME)));
  }

  /** Delivers the record behind this one, from the same frame. */
  private void deliverNextOfBatch() {
    var scratch = frames.scratch();
    recordAt += recordLength;
    recordLength = BatchPayload.length(scratch.content(), scratch.contentAt(),
        (int) (nextId - scratch.frame().firstId()));
    delivered(scratch.frame().time());
  }

  private void delivered(long time) {
    recordTime = frames.segmentCreated() + time;
    id = nextId++;
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
    return frames.scratch().view(recordAt, recordLength);
  }

  @Override
  public byte[] copyPayload() {
    checkDelivered();
    var copy = new byte[recordLength];
    frames.scratch().content().get(recordAt, copy);
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
