package dev.holdfast.internal.stream;

import dev.holdfast.StreamNotFoundException;
import dev.holdfast.WalClosedException;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What readers of a stream see: its segments and its ends. Written by the stream's writer (or, in a log that is open
 * for reading only, by whoever looks again); read by anybody without a lock.
 *
 * <p>
 * Ends only grow, except by {@link #cut}. Readers work on a snapshot; where something does not fit they ask under the
 * lock whether the snapshot is still the truth ({@link #isCurrent}), and start over if it is not.
 */
final class StreamView {

  /** A truncation from the back. Each reader keeps the last one it knows of and finds later ones through it. */
  static final class Cut {
    private final long id;
    private volatile @Nullable Cut next;

    private Cut(long id) {
      this.id = id;
    }

    /** Returns the id from which on records were cut. */
    long id() {
      return id;
    }

    /** Returns the truncation after this one, if there has been one. */
    @Nullable
    Cut next() {
      return next;
    }
  }

  private final String name;
  private final FailStop failStop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private int waiting; // guarded by lock
  private volatile SegmentList segments = SegmentList.EMPTY;
  private volatile long visibleEnd;
  private final AtomicLong keptEnd = new AtomicLong();
  private volatile long durableEnd;
  private volatile boolean anybodyWaiting;
  private volatile boolean closed;
  private volatile boolean deleted;
  private final AtomicInteger disturbances = new AtomicInteger();
  private volatile Cut lastCut = new Cut(Long.MAX_VALUE);

  StreamView(String name, FailStop failStop) {
    this.name = name;
    this.failStop = failStop;
    failStop.onFailure(this::disturb);
  }

  String name() {
    return name;
  }

  FailStop failStop() {
    return failStop;
  }

  SegmentList segments() {
    return segments;
  }

  /**
   * Returns how often something has happened after which what could be read may not be: a failure, a truncation from
   * the back, closing, deletion.
   */
  int disturbances() {
    return disturbances.get();
  }

  Cut lastCut() {
    return lastCut;
  }

  long durableEnd() {
    return durableEnd;
  }

  /**
   * Returns the end of what is in the files and was acknowledged, whether or not it can still be read: what readers of
   * other processes may see.
   */
  long visibleEnd() {
    return visibleEnd;
  }

  /** Returns the end of what was acknowledged, also of what is only in the ring. */
  long acknowledgedEnd() {
    return Math.max(visibleEnd, keptEnd.get());
  }

  /**
   * Moves the end of what was acknowledged. Called under the stream's lock: letting go of that tells others sooner than
   * a write of its own would. {@link #wakeIfWaiting} is to follow then.
   */
  void kept(long end) {
    keptEnd.setRelease(end);
  }

  /** Wakes those who wait for records, if there are any. */
  void wakeIfWaiting() {
    if (anybodyWaiting) {
      wake();
    }
  }

  /**
   * Returns the end of what can be read, in the files or in the ring: once the stream has failed only what is durable.
   */
  long readableEnd() {
    return failStop.hasFailed() ? Math.min(durableEnd, visibleEnd) : acknowledgedEnd();
  }

  /** Returns the id of the first record, or the end if there is none. */
  long firstId() {
    return Math.min(segments.firstId(), readableEnd());
  }

  /** Throws if records are acknowledged at {@code id} that a failure has made unreadable. */
  void checkReadable(long id) {
    if (failStop.hasFailed() && id >= readableEnd() && id < acknowledgedEnd()) { // without a failure it has come meanwhile
      throw failStop.exception();
    }
  }

  /** Throws if the log is closed or the stream deleted. */
  void checkOpen() {
    if (deleted) {
      throw new StreamNotFoundException("stream '" + name + "' has been deleted");
    }
    if (closed) {
      throw new WalClosedException("the log is closed");
    }
  }

  /** Returns whether segments and cuts are still those of a snapshot. */
  boolean isCurrent(SegmentList snapshot, Cut cut) {
    lock.lock();
    try {
      return segments == snapshot && lastCut == cut;
    } finally {
      lock.unlock();
    }
  }

  /** Sets the segments found at opening; if there are none, the first one will begin with {@code end}. */
  void begin(List<Segment> found, long end) {
    lock.lock();
    try {
      segments = new SegmentList(found, end);
    } finally {
      lock.unlock();
    }
  }

  /** Replaces the segments. */
  void segments(UnaryOperator<SegmentList> change) {
    lock.lock();
    try {
      segments = change.apply(segments);
    } finally {
      lock.unlock();
    }
  }

  /** Moves the durable end; called before the visible end moves past it under a policy that needs it. */
  void durable(long end) {
    durableEnd = end;
  }

  /** Moves the visible end and wakes those who wait for records. */
  void visible(long end) {
    visibleEnd = end;
    wakeIfWaiting();
  }

  /** Something that changes what files mean before readers are told. */
  interface Change<T> {
    T run() throws IOException;
  }

  /** Runs a change; whoever finds something wrong meanwhile waits until it is over before believing it. */
  <T> T change(Change<T> change) throws IOException {
    lock.lock();
    try {
      return change.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Publishes a truncation from the back. The ends come first: whoever knows of the truncation, or sees its segments,
   * sees no end beyond it, or an empty segment would look damaged.
   */
  void cut(long id, UnaryOperator<SegmentList> change) {
    lock.lock();
    try {
      durableEnd = Math.min(durableEnd, id);
      visibleEnd = Math.min(visibleEnd, id);
      keptEnd.set(Math.min(keptEnd.get(), id));
      var cut = new Cut(id);
      lastCut.next = cut;
      lastCut = cut;
      segments = change.apply(segments);
      disturbances.incrementAndGet();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    closed = true;
    disturb();
  }

  void delete() {
    deleted = true;
    disturb();
  }

  private void disturb() {
    disturbances.incrementAndGet();
    wake();
  }

  /** Wakes everybody who waits, to look again. */
  void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the readable end has passed {@code id}, {@code deadline} ({@link System#nanoTime}) has passed, or
   * somebody called {@link #wake}, after making {@code over} true perhaps. The thread's interrupt flag neither ends the
   * wait nor is lost.
   */
  void awaitBeyond(long id, long deadline, BooleanSupplier over) {
    var interrupted = false;
    lock.lock();
    try {
      waiting++;
      anybodyWaiting = true;
      var left = deadline - System.nanoTime();
      while (left > 0 && acknowledgedEnd() <= id && !failStop.hasFailed() && !closed && !deleted
          && !over.getAsBoolean()) {
        try {
          moved.await(left, TimeUnit.NANOSECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadline - System.nanoTime();
      }
    } finally {
      waiting--;
      anybodyWaiting = waiting > 0;
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
