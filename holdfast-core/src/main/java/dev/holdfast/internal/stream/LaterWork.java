package dev.holdfast.internal.stream;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is done some time after an append, whether or not another one comes: syncing if the policy is to sync every so
 * often, telling readers of other processes how far they may read, giving back the ring of a stream that is idle.
 */
final class LaterWork {
  private static final long PUBLISH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_IN_VAIN = 20; // a second of a stream that is told to readers of other processes

  private final StreamContext context;
  private final StreamView view;
  private final SegmentChain chain;
  private final RingKeeper ring;
  private final WriteState state;
  private final GroupCommit commits;
  private final SyncPolicy policy;

  private boolean timerSet; // guarded by the stream's lock
  private int inVain; // guarded by the stream's lock: how often the timer has struck since anything was due
  private long published; // the visible end that readers of other processes know; set by the leader, others may see an older one
  private boolean watching; // leader only: whether somebody will look if the ring is still needed
  private final AtomicInteger looks = new AtomicInteger(); // the last look that was asked for
  private volatile boolean publishDue; // set by the timer, reset by the leader

  LaterWork(StreamContext context, StreamView view, SegmentChain chain, RingKeeper ring, WriteState state,
      GroupCommit commits) {
    this.context = context;
    this.view = view;
    this.chain = chain;
    this.ring = ring;
    this.state = state;
    this.commits = commits;
    this.policy = context.options().syncPolicy();
  }

  /** Returns whether a leader is to {@link #publish}. */
  boolean isPublishDue() {
    return publishDue;
  }

  /** Notes that records from {@code id} on have been cut off; called by whoever has the stream for itself. */
  void cutAt(long id) {
    published = Math.min(published, id);
  }

  /** Has something done later about records that are visible but not durable; called with the lock held. */
  void set() {
    if (!timerSet && isDue() && isUsed()) {
      timerSet = true;
      setTimer();
    }
  }

  private boolean isDue() {
    return (policy instanceof SyncPolicy.Every ? view.durableEnd() : published) < view.acknowledgedEnd();
  }

  private boolean isUsed() {
    return !state.closing && !view.failStop().hasFailed();
  }

  private void setTimer() {
    var syncing = policy instanceof SyncPolicy.Every;
    var nanos = policy instanceof SyncPolicy.Every(var interval) ? interval.toNanos() : PUBLISH_NANOS;
    try {
      context.background().after(nanos, syncing ? this::syncLater : this::publishLater);
    } catch (RuntimeException | Error e) { // the next commit tries again
      Log.warning("no timer for stream '" + view.name() + "'", e);
      state.lock.lock();
      try {
        timerSet = false;
      } finally {
        state.lock.unlock();
      }
    }
  }

  /**
   * The timer has struck. That of a stream with a ring is set again at once, also a few times in vain: whoever appends
   * next would have to wake the timer's thread for it, which takes as long as a thousand appends.
   *
   * @return whether there is something to do now
   */
  private boolean struck() {
    boolean due;
    boolean again;
    state.lock.lock();
    try {
      due = isDue() && !state.closing;
      inVain = due ? 0 : inVain + 1;
      again = ring.isThere() && inVain < MOST_IN_VAIN && isUsed();
      timerSet = again;
    } finally {
      state.lock.unlock();
    }
    if (again) {
      setTimer(); // not under the lock: this wakes a thread, too
    }
    return due;
  }

  private void syncLater() {
    if (struck()) {
      commits.requestSync();
    }
  }

  private void publishLater() {
    if (!struck()) {
      return;
    }
    state.lock.lock();
    try {
      if (state.closing) {
        return;
      }
      publishDue = true;
      if (commits.haveStagedWritten()) {
        return; // acknowledged, and nobody had had it written since
      }
    } finally {
      state.lock.unlock();
    }
    try {
      var told = commits.tryExclusively(() -> {
        publish();
        return true;
      });
      if (!told) {
        publishAfterOthers();
      }
    } catch (WalException | IOException e) {
      Log.debug("told to whoever uses the stream next", e);
    }
  }

  /** Somebody has the stream, perhaps without a commit to follow: tries again later. */
  private void publishAfterOthers() {
    state.lock.lock();
    try {
      set();
    } finally {
      state.lock.unlock();
    }
  }

  /** Tells readers of other processes how far they may read; called by the leader. */
  void publish() {
    publishDue = false;
    chain.publishState();
    published = view.visibleEnd();
    watchRing();
  }

  /** Gives back the ring of a stream to which nothing has come for a while; called by the leader. */
  private void watchRing() {
    if (!watching && ring.isThere()) {
      watching = true;
      lookLater(view.visibleEnd());
    }
  }

  void lookLater(long end) {
    var look = looks.incrementAndGet();
    try {
      context.background().after(IDLE_NANOS, () -> lookWhetherIdle(look, end));
    } catch (RuntimeException | Error e) { // nothing depends on it
      Log.warning("the ring of stream '" + view.name() + "' stays until the stream is closed", e);
    }
  }

  /** Looks whether nothing has come since the stream ended there; not if somebody else will look later. */
  private void lookWhetherIdle(int look, long end) {
    if (look != looks.get()) {
      return;
    }
    try {
      var looked = commits.tryExclusively(() -> {
        watching = false;
        if (view.failStop().hasFailed()) {
          return true; // it may have what is nowhere else
        }
        if (view.visibleEnd() == end && view.acknowledgedEnd() == end) {
          ring.giveBack();
        } else {
          watchRing();
        }
        return true;
      });
      if (!looked) {
        lookLater(end);
      }
    } catch (WalException | IOException e) {
      Log.debug("the ring stays until the stream is closed", e);
    }
  }
}
