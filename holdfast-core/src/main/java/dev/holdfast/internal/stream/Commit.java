package dev.holdfast.internal.stream;

import dev.holdfast.StorageFullException;
import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a leader does: one write, one sync if need be, and what follows if either fails. Used by one at a time. */
final class Commit {
  private final StreamContext context;
  private final StreamView view;
  private final SegmentChain chain;
  private final RingKeeper ring;
  private final WriteState state;
  private final StreamCounters counters;
  private final LaterWork later;

  Commit(StreamContext context, StreamView view, SegmentChain chain, RingKeeper ring, WriteState state,
      StreamCounters counters, LaterWork later) {
    this.context = context;
    this.view = view;
    this.chain = chain;
    this.ring = ring;
    this.state = state;
    this.counters = counters;
    this.later = later;
  }

  /**
   * Writes what is staged, syncs if need be, and moves the ends; who waits is told of an error, but not yet of success.
   */
  void run() {
    StagingBuffer half;
    long end;
    boolean sync;
    state.lock.lock();
    try {
      half = state.staging.take();
      end = state.staging.nextId();
      sync = (half != null && half.needsSync()) || state.syncRequested > view.durableEnd();
      state.changed.signalAll();
    } finally {
      state.lock.unlock();
    }
    if (half == null && !sync) {
      return;
    }
    try {
      view.failStop().check();
      if (half != null) {
        write(half);
        half.endMirror();
        if (!sync) {
          ring.wrote();
        }
      }
      if (sync) {
        chain.sync(end);
        counters.synced();
      }
      view.visible(end);
      if (sync || later.isPublishDue()) {
        later.publish();
      }
    } catch (Throwable e) { // whatever it is, those who wait must be told
      throw fail(half, e);
    } finally {
      if (half != null) {
        context.buffers().giveBack(half);
      }
    }
    prepareAhead();
  }

  private void prepareAhead() {
    try {
      chain.prepareAhead();
    } catch (RuntimeException | Error e) { // nothing of what was committed depends on it
      Log.warning("a segment could not be prepared ahead of need", e);
    }
  }

  private void write(StagingBuffer half) throws IOException {
    var segment = Objects.requireNonNull(chain.active());
    segment.write(half.content(), half.offset());
    counters.written();
  }

  /** Tells everybody concerned, and returns the exception for the leader. */
  private RuntimeException fail(@Nullable StagingBuffer half, Throwable e) {
    if (e instanceof OutOfSpaceException) {
      context.spares().spaceRanOut();
    }
    if (e instanceof OutOfSpaceException && half != null && !half.isMirrored() && !view.failStop().hasFailed()
        && undo(half)) {
      var full = new StorageFullException("stream '" + view.name() + "': no space; nothing of this append was kept: "
          + e.getMessage(), e);
      state.fail(half.firstId(), full);
      return full;
    }
    view.failStop().fail(e);
    var failed = view.failStop().exception();
    state.fail(0, failed);
    view.wake();
    return failed;
  }

  /**
   * Takes back what is staged from {@code half} on, after a write that ran out of space: the next append begins a new
   * epoch, in which frames that were written after all are nothing; until then the first of them is no frame any more.
   */
  private boolean undo(StagingBuffer half) {
    try {
      Objects.requireNonNull(chain.active()).eraseHeader(half.offset());
    } catch (IOException | WalException e) {
      view.failStop().fail(e);
      return false;
    }
    state.lock.lock();
    try {
      state.staging.undo(half);
      state.syncRequested = Math.min(state.syncRequested, half.firstId());
      return true;
    } catch (InternalError e) { // the ring faulted: what was taken back may stand in it
      view.failStop().fail(e);
      return false;
    } finally {
      state.lock.unlock();
    }
  }
}
