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
  private int undisturbed = -1; // guarded by lock: there was nothing wrong when there had been so many disturbances

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
    } catch (InternalError e) { // a fault in the ring
      throw staging.faulted(e);
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /** Appends one record; the future completes when it is kept as promised. */
  void appendAsync(byte[] source, int offset, int length, CompletableFuture<Long> future) {
    boolean kept;
    long id;
    lock.lock();
    try {
      makeRoom(Frame.sizeOf(length), 1);
      id = staging.add(source, offset, length);
      kept = keep();
      if (!kept) {
        haveLeader(Waiter.future(id + 1, future, id));
      }
    } catch (InternalError e) { // a fault in the ring
      throw staging.faulted(e);
    } finally {
      lock.unlock();
    }
    if (kept) {
      completeKept(future, id);
    }
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
    } catch (InternalError e) { // a fault in the ring
      throw staging.faulted(e);
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /** Appends a frame; {@code result} makes the future's value from the first id. */
  <T> void appendAsync(Unit unit, CompletableFuture<T> future, LongFunction<T> result) {
    boolean kept;
    T value;
    lock.lock();
    try (unit) {
      makeRoom(unit.frameSize(), unit.count());
      var id = unit.stageIn(staging);
      value = result.apply(id);
      kept = keep();
      if (!kept) {
        haveLeader(Waiter.future(id + unit.count(), future, value));
      }
    } catch (InternalError e) { // a fault in the ring
      throw staging.faulted(e);
    } finally {
      lock.unlock();
    }
    if (kept) {
      completeKept(future, value);
    }
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

  private void haveLeader(Waiter future) {
    commits.appended(future);
    commits.haveLeader();
  }

  /** Nobody else has it yet, so nothing of anybody's runs here. */
  private <T> void completeKept(CompletableFuture<T> future, T value) {
    view.wakeIfWaiting();
    future.complete(value);
  }

  /**
   * Waits until a frame of this size can be staged, beginning a segment or leading a commit if that is what it takes.
   * Called with the lock held, which may be let go meanwhile.
   */
  private void makeRoom(long frameSize, int records) {
    while (true) {
      commits.awaitOthers();
      checkUsable();
      if (staging.fitsSurely(frameSize, records)) {
        return;
      }
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

  /** Looks at each of many things only if there may be something: one number says that there has been nothing. */
  private void checkUsable() {
    if (state.closing || view.disturbances() != undisturbed) {
      checkEverything();
    }
  }

  private void checkEverything() {
    var now = view.disturbances(); // before looking: what comes later is noticed at the next append
    view.checkOpen();
    if (state.closing) {
      throw new WalClosedException("the log is being closed");
    }
    view.failStop().check();
    undisturbed = now;
  }
}
