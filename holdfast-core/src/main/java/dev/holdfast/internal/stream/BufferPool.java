package dev.holdfast.internal.stream;

import java.util.ArrayDeque;

/**
 * The staging buffers of a log. Buffers of the usual size are used again; when too many of them are out, or a frame is
 * larger than one, a buffer of just the size needed is made and forgotten after use.
 */
public final class BufferPool {
  private final int usualSize;
  private final int limit;
  private final ArrayDeque<StagingBuffer> idle = new ArrayDeque<>(); // guarded by this
  private int made; // guarded by this

  /** Creates a pool of at most {@code limit} buffers of {@code usualSize} bytes. */
  public BufferPool(int usualSize, int limit) {
    this.usualSize = usualSize;
    this.limit = limit;
  }

  /** Returns an empty buffer with room for a frame of {@code frameSize} bytes. */
  StagingBuffer take(long frameSize) {
    if (frameSize <= usualSize) {
      synchronized (this) {
        var buffer = idle.pollLast();
        if (buffer != null) {
          return buffer;
        }
        if (made < limit) {
          var created = new StagingBuffer(usualSize, true); // counted only if there was memory for it
          made++;
          return created;
        }
      }
    }
    return new StagingBuffer(Math.toIntExact(frameSize), false);
  }

  /** Takes back a buffer that is no longer used. */
  void giveBack(StagingBuffer buffer) {
    buffer.leaveMirror();
    if (buffer.isPooled()) {
      synchronized (this) {
        idle.addLast(buffer);
      }
    }
  }
}
