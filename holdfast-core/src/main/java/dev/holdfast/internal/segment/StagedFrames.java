package dev.holdfast.internal.segment;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a segment that stand in a half of the ring until they are in the file: what one filling of that half holds.
 * Read by anybody without a lock while the half is being filled, and while it is being written. The memory is used
 * again afterwards; so a reader copies first and then looks whether it still was what it took it for (a seqlock, whose
 * number is this object).
 *
 * <p>
 * Only whole frames are ever read: up to {@link #end}. That they are in here says nothing about whether they are
 * acknowledged; readers ask the stream for that before.
 */
final class StagedFrames {
  /** What {@link #read} returns if nothing of what was asked for is in here, or not any more. */
  static final int NOT_THERE = -1;

  private final Ring.Half half;
  private final long offset;
  private final AtomicLong end; // grows under the stream's lock
  private volatile boolean over; // set by the leader, once
  private volatile @Nullable StagedFrames before; // set under the stream's lock

  /**
   * Creates it, empty.
   *
   * @param offset where in the segment the first frame belongs
   * @param before what may still be being written while these frames are added
   */
  StagedFrames(Ring.Half half, long offset, @Nullable StagedFrames before) {
    this.half = half;
    this.offset = offset;
    this.end = new AtomicLong(offset);
    this.before = before;
  }

  /** Returns the frames with the byte at {@code position} of the segment, or those that it is behind; else null. */
  static @Nullable StagedFrames at(long position, @Nullable StagedFrames newest) {
    var frames = newest;
    while (frames != null && position < frames.offset) {
      frames = frames.before;
    }
    return frames;
  }

  /** Forgets what was before: that has been written, or there would be a third half. */
  void forgetBefore() {
    before = null;
  }

  /**
   * Says that so many bytes of frames are in here, all whole. Readers are told of a record after this, by a store that
   * waits for it; so it need not be seen sooner.
   */
  void filled(int length) {
    end.setRelease(offset + length);
  }

  /**
   * Says that these frames are not to be read in here any more: they are in the file, or have been taken back. Called
   * before the memory gets others: no store into it may come to light before this.
   */
  void end() {
    over = true;
    VarHandle.fullFence();
  }

  /**
   * Copies bytes from {@code position} of the segment on.
   *
   * @return how many, at least 1; or {@link #NOT_THERE}: what was acknowledged is then in the file
   */
  int read(long position, byte[] dst, int at, int length) throws IOException {
    var n = (int) Math.min(length, end.getAcquire() - position);
    if (n <= 0 || over) {
      return NOT_THERE;
    }
    try {
      half.read(position - offset, dst, at, n);
    } catch (InternalError e) { // a fault in the copy
      throw new IOException("the memory of the ring cannot be read", e);
    } catch (IllegalStateException e) { // the ring is closed: given back, all being written; or the stream is closed
      if (!over) {
        throw new IOException("the ring is closed", e);
      }
    }
    VarHandle.acquireFence(); // nothing is copied after looking
    return over ? NOT_THERE : n;
  }
}
