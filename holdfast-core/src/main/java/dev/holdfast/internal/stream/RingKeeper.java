package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.Ring;
import dev.holdfast.internal.segment.SegmentWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gives a busy stream a ring: one that has written often without being asked for a sync. A quiet stream has none, and
 * writes each record. Only so many streams of a log have one at a time.
 */
final class RingKeeper {
  private final StreamContext context;
  private final StreamHome home;

  private volatile @Nullable Ring ring; // read under the stream's lock, set and taken away by whoever has it alone
  private int writes; // leader only
  private boolean asked; // guarded by this
  private boolean closed; // guarded by this
  private Runnable whenMade = () -> {};

  RingKeeper(StreamContext context, StreamHome home) {
    this.context = context;
    this.home = home;
  }

  /** Has what is added to a buffer kept in the ring too, if there is room; called under the stream's lock. */
  void mirror(StagingBuffer buffer, SegmentWriter segment) {
    var current = ring;
    if (current != null && buffer.isPooled()) {
      var half = current.takeHalf();
      if (half != null) {
        buffer.mirrorIn(half, segment);
      }
    }
  }

  /** Notes a write without a sync; called by the leader. */
  void wrote() {
    var often = context.rings().writesBefore();
    if (often > 0 && ring == null && ++writes % often == 0) {
      synchronized (this) {
        if (asked || closed || !context.options().preallocate() || !context.rings().available().tryAcquire()) {
          return;
        }
        asked = true;
      }
      try {
        context.background().maintenance().execute(this::make);
      } catch (RuntimeException | Error e) { // the log is closed, or no thread can be started: each record is written
        Log.debug("stream '" + home.name() + "' goes on without a ring", e);
        context.rings().available().release();
        forget();
      }
    }
  }

  private synchronized void forget() {
    writes = 0;
    asked = false;
  }

  /** Sets what is done when there is a ring. */
  void whenMade(Runnable action) {
    whenMade = action;
  }

  private void make() {
    makeOne();
    if (ring != null) {
      whenMade.run();
    }
  }

  private void makeOne() {
    synchronized (this) {
      try {
        var files = home.files();
        if (!closed && files.isPresent() && Ring.isPossibleIn(files.get().directory())) {
          ring = Ring.create(files.get(), context.options().writeBufferSize());
        }
      } catch (IOException | RuntimeException e) { // without one, each record is written
        Log.warning("stream '" + home.name() + "' goes on without a ring", e);
      } finally {
        if (ring == null) {
          context.rings().available().release();
        }
      }
    }
  }

  /** Returns whether there is one. */
  boolean isThere() {
    return ring != null;
  }

  /** Gives the ring back, everything in it being written: the stream is quiet again. As {@link #close}. */
  synchronized void giveBack() throws IOException {
    try {
      drop(true);
    } finally {
      forget();
    }
  }

  /**
   * Gives up the ring; called by whoever has the stream for itself.
   *
   * @param written whether everything in it is in the segments: else it stays, for the next opening
   */
  synchronized void close(boolean written) throws IOException {
    closed = true;
    drop(written);
  }

  private void drop(boolean written) throws IOException {
    var current = ring;
    ring = null;
    if (current != null) {
      context.rings().available().release();
      current.close();
      if (written) {
        current.delete();
      }
    }
  }
}
