package dev.holdfast.internal.stream;

import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The write path of one stream. Appenders encode their frames into the filling half of the staging area under a short
 * lock. Whoever finds no leader becomes the leader: it swaps the halves, writes everything staged so far with one
 * positional write, syncs if anything in it asks for that, moves the ends, and wakes those who wait. One leader at a
 * time; so one write and one sync at a time.
 *
 * <p>
 * Anything that changes the segments (rotation, truncation, closing) is done by a leader that has the stream for
 * itself: nothing is staged meanwhile, and everything staged before has been written.
 */
final class GroupCommit {
  /** Waking more threads than this takes as long as a sync: the next group, already staged, is not to wait for it. */
  private static final int MANY = 128;

  private final StreamContext context;
  private final StreamView view;
  private final StreamCounters counters = new StreamCounters();
  private final WriteState state;
  private final Commit commit;
  private final LaterWork later;
  private final ReentrantLock lock;
  private final Condition changed;
  private final Staging staging; // guarded by lock
  private final Waiters waiters; // guarded by lock

  // guarded by lock
  private boolean leading;
  private boolean exclusive;
  private int exclusiveWaiting;
  private int lastGroup; // leader only

  /** Something done by a leader that has the stream for itself. */
  interface Exclusive<T> {
    T run() throws IOException;
  }

  GroupCommit(StreamContext context, StreamView view, SegmentChain chain, RingKeeper ring) {
    this.context = context;
    this.view = view;
    this.staging = new Staging(context, view, chain, counters, ring);
    this.state = new WriteState(staging);
    this.waiters = state.waiters;
    this.lock = state.lock;
    this.changed = state.changed;
    this.later = new LaterWork(context, view, chain, ring, state, this);
    this.commit = new Commit(context, view, chain, ring, state, counters, later);
    ring.whenMade(() -> later.lookLater(-1)); // whether or not anything comes after it
  }

  WriteState state() {
    return state;
  }

  LaterWork later() {
    return later;
  }

  StreamCounters counters() {
    return counters;
  }

  /** Sets where ids go on after opening. */
  void startAt(long id) {
    lock.lock();
    try {
      staging.goOnAt(id);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the id the next record gets. */
  long nextId() {
    lock.lock();
    try {
      return staging.nextId();
    } finally {
      lock.unlock();
    }
  }

  // ---- leading

  /** Waits while somebody has the stream alone, or wants to; called with the lock held. */
  void awaitOthers() {
    while (exclusive || exclusiveWaiting > 0) {
      changed.awaitUninterruptibly();
    }
  }

  /** Leads a commit, or waits until a leader has swapped the halves; called with the lock held. */
  void commitOrWait() {
    var full = staging.filling();
    while (leading && staging.filling() == full) {
      changed.awaitUninterruptibly();
    }
    if (staging.filling() != full || leading) {
      return;
    }
    leading = true;
    lock.unlock();
    try {
      lead();
    } finally {
      lock.lock();
    }
  }

  /** Has everything written that was acknowledged before it was. */
  void writeOut() {
    Waiter waiter;
    var end = view.acknowledgedEnd();
    lock.lock();
    try {
      if (end <= view.visibleEnd()) {
        return;
      }
      waiter = leadOrWait(staging.nextId()); // not that end: those who wait stand in the order of their ends
    } finally {
      lock.unlock();
    }
    try {
      await(waiter);
    } catch (WalException e) {
      if (view.visibleEnd() < end) {
        throw e;
      }
      Log.debug("what failed was appended by others, and they are told", e);
    }
  }

  /** Adds a future to those who wait; called with the lock held, and {@link #haveLeader} is to follow. */
  void appended(Waiter future) {
    waiters.appended(future);
  }

  /**
   * Becomes the leader if there is none: then null; else somebody who waits for {@code end}. Called with the lock held.
   */
  @Nullable
  Waiter leadOrWait(long end) {
    if (!leading && exclusiveWaiting == 0) {
      leading = true;
      return null;
    }
    var waiter = Waiter.thread(end);
    waiters.appended(waiter);
    return waiter;
  }

  /** Leads, or waits until another leader has done what the waiter waits for. */
  void await(@Nullable Waiter waiter) {
    if (waiter == null || waiter.await()) {
      lead();
    }
  }

  /** Sees to it that somebody leads; called with the lock held. */
  void haveLeader() {
    if (!leading && exclusiveWaiting == 0) {
      leading = true;
      try {
        context.background().commit(this::leadForOthers);
      } catch (RuntimeException | Error e) { // no thread can be started: a virtual one needs none of its own
        Log.warning("no thread to commit with, a virtual one does it", e);
        Thread.ofVirtual().name("holdfast-commit").start(this::leadForOthers);
      }
    }
  }

  private void leadForOthers() {
    try {
      lead();
    } catch (WalException e) {
      Log.debug("told to each of those concerned", e);
    }
  }

  /** Commits what is staged and then hands leadership on. Called by the leader, without the lock. */
  @SuppressWarnings("ThreadPriorityCheck") // a larger group is worth it (docs/DECISIONS.md), nothing relies on it
  private void lead() {
    if (lastGroup > 1 && lastGroup <= MANY) {
      Thread.yield(); // those just woken stage their next records before the halves are swapped
    }
    try {
      commit.run();
    } finally {
      handOn();
    }
  }

  /**
   * Wakes those whose end has come and hands leadership on if there is more to do. Threads are woken before leadership
   * is given up, unless they are many: so they stage their next records for the next leader, where otherwise the first
   * of them would lead a small group at once. Futures are completed after: the user's code may run there, and append.
   */
  private void handOn() {
    if (view.failStop().hasFailed()) {
      state.fail(0, view.failStop().exception()); // also those who came while the leader was at something else
    }
    var settled = takeSettled();
    var many = settled.size() > MANY;
    if (!many) {
      Waiters.wakeThreads(settled);
    }
    try {
      giveUpLeadership();
    } finally {
      if (many) {
        Waiters.wakeThreads(settled);
      }
    }
  }

  private void giveUpLeadership() {
    Waiter next = null;
    List<Waiter> futures;
    lock.lock();
    try {
      leading = false;
      if (exclusiveWaiting == 0 && (waiters.isAnybodyWaiting() || !staging.isKept() || wantsSync())) {
        next = handLeadership();
      }
      futures = waiters.takeSettledFutures();
      later.set();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.wake();
    }
    for (var i = 0; i < futures.size(); i++) {
      complete(futures.get(i));
    }
  }

  private List<Waiter> takeSettled() {
    lock.lock();
    try {
      staging.written();
      var done = waiters.settle(view.visibleEnd(), view.durableEnd());
      lastGroup = done.size();
      return done;
    } finally {
      lock.unlock();
    }
  }

  private boolean wantsSync() {
    return state.syncRequested > view.durableEnd() && !view.failStop().hasFailed();
  }

  /** Hands leadership to a waiting thread, which is returned, or, if only futures wait, to a thread of the log. */
  private @Nullable Waiter handLeadership() {
    var next = waiters.takeThread();
    if (next == null) {
      haveLeader();
    } else {
      leading = true;
      next.lead();
    }
    return next;
  }

  /** Completes a settled future where the user wants it. */
  void complete(Waiter waiter) {
    try {
      context.options().completionExecutor().execute(waiter::wake);
    } catch (RuntimeException | Error e) { // the user's executor refuses: the future must complete all the same, and not here
      Log.warning("the completion executor refuses, a thread of the log completes the future", e);
      Thread.ofVirtual().name("holdfast-completion").start(waiter::wake);
    }
  }

  // ---- syncing

  /** Waits until everything below {@code id}, or everything appended so far if that is less, is durable. */
  void sync(long id) {
    Waiter waiter;
    lock.lock();
    try {
      view.checkOpen();
      var end = Math.min(id, staging.nextId());
      if (end <= view.durableEnd()) {
        return;
      }
      view.failStop().check();
      state.syncRequested = Math.max(state.syncRequested, end);
      if (!leading && exclusiveWaiting == 0) {
        leading = true;
        waiter = null;
      } else {
        waiter = Waiter.thread(end);
        waiters.syncing(waiter);
      }
    } finally {
      lock.unlock();
    }
    await(waiter);
  }

  /** Asks for a sync of all that is staged, without waiting for it: threads of the log never wait for each other. */
  void requestSync() {
    lock.lock();
    try {
      if (!state.closing && !view.failStop().hasFailed() && staging.nextId() > view.durableEnd()) {
        state.syncRequested = staging.nextId();
        haveLeader();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sees to it that somebody writes what is staged; returns whether anything is. Called with the lock held. */
  boolean haveStagedWritten() {
    if (staging.isEmpty()) {
      return false;
    }
    haveLeader();
    return true;
  }

  // ---- having the stream for oneself

  /** Runs something when everything staged before has been committed and nothing is staged meanwhile. */
  <T> T exclusively(Exclusive<T> task) throws IOException {
    lock.lock();
    try {
      return exclusivelyLocked(task);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #exclusively}, called with the lock held, which is let go meanwhile. */
  <T> T exclusivelyLocked(Exclusive<T> task) throws IOException {
    takeOver();
    try {
      return unlocked(task);
    } finally {
      handBack();
    }
  }

  /** Runs something likewise, unless somebody leads or anything is staged: then false. Never waits. */
  boolean tryExclusively(Exclusive<Boolean> task) throws IOException {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      if (leading || exclusive || exclusiveWaiting > 0) {
        return false;
      }
      leading = true;
      exclusive = true;
      try {
        return unlocked(() -> {
          commit.run(); // what was acknowledged before it was written
          Waiters.wakeThreads(takeSettled());
          return task.run();
        });
      } finally {
        handBack();
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeOver() {
    exclusiveWaiting++;
    try {
      while (leading) {
        changed.awaitUninterruptibly();
      }
      leading = true;
      exclusive = true;
    } finally {
      exclusiveWaiting--;
    }
    lock.unlock();
    try {
      commit.run();
      Waiters.wakeThreads(takeSettled()); // now: a truncation would set the end back behind them
    } catch (WalException e) {
      Log.debug("told to those who staged it; whoever has the stream now sees for itself", e);
    } finally {
      lock.lock();
    }
  }

  private void handBack() {
    exclusive = false;
    lock.unlock();
    try {
      handOn();
    } finally {
      lock.lock();
    }
  }

  private <T> T unlocked(Exclusive<T> task) throws IOException {
    lock.unlock();
    try {
      return task.run();
    } finally {
      lock.lock();
    }
  }

  /** Refuses appends from now on; those that are staged complete. */
  void refuseAppends() {
    lock.lock();
    try {
      state.closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sets ids back after a truncation from the back; called by whoever has the stream for itself. */
  void cutAt(long id) {
    List<Waiter> satisfied;
    lock.lock();
    try {
      staging.goOnAt(id);
      state.syncRequested = Math.min(state.syncRequested, id);
      later.cutAt(id);
      satisfied = waiters.cutAt(id);
    } finally {
      lock.unlock();
    }
    Waiters.wakeThreads(satisfied);
  }
}
