package dev.holdfast.internal.stream;

import dev.holdfast.WalClosedException;
import dev.holdfast.internal.format.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one stream: finds room for a frame, encodes it into the filling half of the staging area under a short
 * lock, and waits, or has a future wait, until the record is kept as promised. Safe for use by many threads.
 */
final class Appender {
  private final StreamView view;
  private final SegmentChain chain;
  private final GroupCommit commits;
  private final WriteState state;
  private final StreamCounters counters;
  private final LaterWork later;
  private final ReentrantLock lock;
  private final Staging staging; // guarded by lock

  Appender(StreamView view, SegmentChain chain, GroupCommit commits) {
    this.view = view;
    this.chain = chain;
    this.commits = commits;
    this.state = commits.state();
    this.counters = commits.counters();
    this.later = commits.later();
    this.lock = state.lock;
    this.staging = state.staging;
  }

  /** Appends one record and waits until it is kept as promised. */
  long append(byte[] source, int offset, int length) {
    Waiter waiter;
    boolean kept;
    long id;
    lock.lock();
    try {
      makeRoom(Frame.sizeOf(length), 1);
      id = staging.add(source, offset, length);
      kept = keep();
      waiter = kept ? null : commits.leadOrWait(id + 1);
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /** Appends one record; the future completes when it is kept as promised. */
  void appendAsync(byte[] source, int offset, int length, CompletableFuture<Long> future) {
    Waiter waiter;
    boolean kept;
    lock.lock();
    try {
      makeRoom(Frame.sizeOf(length), 1);
      var id = staging.add(source, offset, length);
      waiter = Waiter.future(id + 1, future, id);
      kept = keepOrHaveLeader(waiter);
    } finally {
      lock.unlock();
    }
    complete(kept, waiter);
  }

  /** Appends a frame and waits until it is kept as promised; returns its first id. */
  long append(Unit unit) {
    Waiter waiter;
    boolean kept;
    long id;
    lock.lock();
    try (unit) {
      makeRoom(unit.frameSize(), unit.count());
      id = unit.stageIn(staging);
      kept = keep();
      waiter = kept ? null : commits.leadOrWait(id + unit.count());
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /** Appends a frame; {@code result} makes the future's value from the first id. */
  <T> void appendAsync(Unit unit, CompletableFuture<T> future, LongFunction<T> result) {
    Waiter waiter;
    boolean kept;
    lock.lock();
    try (unit) {
      makeRoom(unit.frameSize(), unit.count());
      var id = unit.stageIn(staging);
      waiter = Waiter.future(id + unit.count(), future, result.apply(id));
      kept = keepOrHaveLeader(waiter);
    } finally {
      lock.unlock();
    }
    complete(kept, waiter);
  }

  // ---- acknowledging what is in the ring

  /** Acknowledges everything staged if it is kept already; called with the lock held. */
  private boolean keep() {
    if (!staging.isKept()) {
      return false;
    }
    view.kept(staging.nextId());
    later.set();
    return true;
  }

  private void await(boolean kept, @Nullable Waiter waiter) {
    if (kept) {
      view.wakeIfWaiting();
    } else {
      commits.await(waiter);
    }
  }

  private boolean keepOrHaveLeader(Waiter future) {
    if (keep()) {
      return true;
    }
    commits.appended(future);
    commits.haveLeader();
    return false;
  }

  private void complete(boolean kept, Waiter future) {
    if (kept) {
      view.wakeIfWaiting();
      future.settle(null);
      commits.complete(future);
    }
  }

  /**
   * Waits until a frame of this size can be staged, beginning a segment or leading a commit if that is what it takes.
   * Called with the lock held, which may be let go meanwhile.
   */
  private void makeRoom(long frameSize, int records) {
    while (true) {
      commits.awaitOthers();
      checkUsable();
      if (!staging.fitsSegment(frameSize, records)) {
        beginSegment(frameSize, records);
      } else {
        if (staging.fitsHalf(frameSize)) {
          return;
        }
        commits.commitOrWait();
      }
    }
  }

  private void beginSegment(long frameSize, int records) {
    try {
      commits.exclusivelyLocked(() -> {
        checkUsable();
        if (!staging.fitsSegment(frameSize, records)) {
          chain.beginSegment(frameSize);
          counters.rotated();
        }
        return true;
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkUsable() {
    view.checkOpen();
    if (state.closing) {
      throw new WalClosedException("the log is being closed");
    }
    view.failStop().check();
  }
}
