package dev.holdfast.internal.stream;

import dev.holdfast.StorageFullException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
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
  private static final long PUBLISH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final StreamContext context;
  private final StreamView view;
  private final SegmentChain chain;
  private final SyncPolicy policy;
  private final RingKeeper ring;
  private final StreamCounters counters = new StreamCounters();
  private final Staging staging; // guarded by lock

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by lock
  private boolean leading;
  private boolean exclusive;
  private int exclusiveWaiting;
  private boolean closing;
  private long syncRequested;
  private boolean timerSet;
  private int lastGroup; // leader only
  private long published; // leader only: the visible end that readers of other processes know
  private boolean watching; // leader only: whether somebody will look if the ring is still needed
  private volatile boolean publishDue; // set by the timer, reset by the leader
  private final Waiters waiters = new Waiters();

  /** Something done by a leader that has the stream for itself. */
  interface Exclusive<T> {
    T run() throws IOException;
  }

  GroupCommit(StreamContext context, StreamView view, SegmentChain chain, RingKeeper ring) {
    this.context = context;
    this.view = view;
    this.chain = chain;
    this.policy = context.options().syncPolicy();
    this.ring = ring;
    this.staging = new Staging(context, view, chain, counters, ring);
    ring.whenMade(() -> lookLater(-1)); // whether or not anything comes after it
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

  // ---- appending

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
      waiter = kept ? null : leadOrWait(id + 1);
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /**
   * Appends a batch whose payload takes {@code length} bytes, and waits until it is kept as promised; returns its first
   * id.
   */
  long appendBatch(List<byte[]> records, int length) {
    Waiter waiter;
    boolean kept;
    long id;
    lock.lock();
    try {
      makeRoom(Frame.sizeOf(length), records.size());
      id = staging.addBatch(records, length);
      kept = keep();
      waiter = kept ? null : leadOrWait(id + records.size());
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

  /** Appends a batch; {@code result} makes the future's value from the first id. */
  <T> void appendBatchAsync(List<byte[]> records, int length, CompletableFuture<T> future,
      LongFunction<T> result) {
    Waiter waiter;
    boolean kept;
    lock.lock();
    try {
      makeRoom(Frame.sizeOf(length), records.size());
      var id = staging.addBatch(records, length);
      waiter = Waiter.future(id + records.size(), future, result.apply(id));
      kept = keepOrHaveLeader(waiter);
    } finally {
      lock.unlock();
    }
    complete(kept, waiter);
  }

  /** Appends a compressed frame and waits until it is kept as promised; returns its first id. */
  long append(Packed packed) {
    Waiter waiter;
    boolean kept;
    long id;
    lock.lock();
    try (packed) {
      makeRoom(Frame.sizeOf(packed.length()), packed.count());
      id = staging.add(packed);
      kept = keep();
      waiter = kept ? null : leadOrWait(id + packed.count());
    } finally {
      lock.unlock();
    }
    await(kept, waiter);
    return id;
  }

  /** Appends a compressed frame; {@code result} makes the future's value from the first id. */
  <T> void appendAsync(Packed packed, CompletableFuture<T> future, LongFunction<T> result) {
    Waiter waiter;
    boolean kept;
    lock.lock();
    try (packed) {
      makeRoom(Frame.sizeOf(packed.length()), packed.count());
      var id = staging.add(packed);
      waiter = Waiter.future(id + packed.count(), future, result.apply(id));
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
    setTimer();
    return true;
  }

  private void await(boolean kept, @Nullable Waiter waiter) {
    if (kept) {
      view.wakeIfWaiting();
    } else {
      await(waiter);
    }
  }

  private boolean keepOrHaveLeader(Waiter future) {
    if (keep()) {
      return true;
    }
    waiters.appended(future);
    haveLeader();
    return false;
  }

  private void complete(boolean kept, Waiter future) {
    if (kept) {
      view.wakeIfWaiting();
      future.settle(null);
      complete(future);
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

  /**
   * Waits until a frame of this size can be staged, beginning a segment or leading a commit if that is what it takes.
   * Called with the lock held, which may be let go meanwhile.
   */
  private void makeRoom(long frameSize, int records) {
    while (true) {
      while (exclusive || exclusiveWaiting > 0) {
        changed.awaitUninterruptibly();
      }
      checkUsable();
      if (!staging.fitsSegment(frameSize, records)) {
        beginSegment(frameSize, records);
      } else {
        if (staging.fitsHalf(frameSize)) {
          return;
        }
        commitOrWait();
      }
    }
  }

  private void beginSegment(long frameSize, int records) {
    takeOver();
    try {
      checkUsable();
      if (!staging.fitsSegment(frameSize, records)) {
        unlocked(() -> {
          chain.beginSegment(frameSize);
          counters.rotated();
          return true;
        });
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      handBack();
    }
  }

  /** Leads a commit, or waits until a leader has swapped the halves. */
  private void commitOrWait() {
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

  private void checkUsable() {
    view.checkOpen();
    if (closing) {
      throw new WalClosedException("the log is being closed");
    }
    view.failStop().check();
  }

  // ---- leading

  /**
   * Becomes the leader if there is none: then null; else somebody who waits for {@code end}. Called with the lock held.
   */
  private @Nullable Waiter leadOrWait(long end) {
    if (!leading && exclusiveWaiting == 0) {
      leading = true;
      return null;
    }
    var waiter = Waiter.thread(end);
    waiters.appended(waiter);
    return waiter;
  }

  private void await(@Nullable Waiter waiter) {
    if (waiter == null || waiter.await()) {
      lead();
    }
  }

  /** Sees to it that somebody leads; called with the lock held. */
  private void haveLeader() {
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
    if (lastGroup > 1) {
      Thread.yield(); // those just woken stage their next records before the halves are swapped
    }
    try {
      commit();
    } finally {
      handOn();
    }
  }

  /** Writes what is staged, syncs if need be, and moves the ends. */
  private void commit() {
    StagingBuffer half;
    long end;
    boolean sync;
    lock.lock();
    try {
      half = staging.take();
      end = staging.nextId();
      sync = (half != null && half.needsSync()) || syncRequested > view.durableEnd();
      changed.signalAll();
    } finally {
      lock.unlock();
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
      if (sync || publishDue) {
        publish();
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
    if (e instanceof OutOfSpaceException && half != null && !half.isMirrored() && !view.failStop().hasFailed()
        && undo(half)) {
      var full = new StorageFullException("stream '" + view.name() + "': no space; nothing of this append was kept: "
          + e.getMessage(), e);
      failWaiters(half.firstId(), full);
      return full;
    }
    view.failStop().fail(e);
    var failed = view.failStop().exception();
    failWaiters(0, failed);
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
    lock.lock();
    try {
      staging.undo(half);
      syncRequested = Math.min(syncRequested, half.firstId());
      return true;
    } catch (InternalError e) { // the ring faulted: what was taken back may stand in it
      view.failStop().fail(e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void failWaiters(long beyond, RuntimeException error) {
    List<Waiter> concerned;
    lock.lock();
    try {
      concerned = waiters.fail(beyond, error);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Waiters.wakeThreads(concerned);
  }

  /**
   * Wakes those whose end has come and hands leadership on if there is more to do. Threads are woken before leadership
   * is given up: so they stage their next records for the next leader, where otherwise the first of them would lead a
   * small group at once. Futures are completed after: the user's code may run there, and append.
   */
  private void handOn() {
    if (view.failStop().hasFailed()) {
      failWaiters(0, view.failStop().exception()); // also those who came while the leader was at something else
    }
    Waiters.wakeThreads(takeSettled());
    Waiter next = null;
    List<Waiter> futures;
    lock.lock();
    try {
      leading = false;
      if (exclusiveWaiting == 0 && (waiters.isAnybodyWaiting() || !staging.isKept() || wantsSync())) {
        next = handLeadership();
      }
      futures = waiters.takeSettledFutures();
      setTimer();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.wake();
    }
    futures.forEach(this::complete);
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
    return syncRequested > view.durableEnd() && !view.failStop().hasFailed();
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

  private void complete(Waiter waiter) {
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
      syncRequested = Math.max(syncRequested, end);
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

  /** Has something done later about records that are visible but not durable; called with the lock held. */
  private void setTimer() {
    var syncing = policy instanceof SyncPolicy.Every;
    var due = (syncing ? view.durableEnd() : published) < view.acknowledgedEnd();
    if (!due || timerSet || closing || view.failStop().hasFailed()) {
      return;
    }
    var nanos = policy instanceof SyncPolicy.Every(var interval) ? interval.toNanos() : PUBLISH_NANOS;
    try {
      context.background().after(nanos, syncing ? this::syncLater : this::publishLater);
      timerSet = true;
    } catch (RuntimeException | Error e) { // the next commit tries again
      Log.warning("no timer for stream '" + view.name() + "'", e);
    }
  }

  /** Asks for a sync without waiting for it: threads of the log never wait for each other. */
  private void syncLater() {
    lock.lock();
    try {
      timerSet = false;
      if (!closing && !view.failStop().hasFailed() && staging.nextId() > view.durableEnd()) {
        syncRequested = staging.nextId();
        haveLeader();
      }
    } finally {
      lock.unlock();
    }
  }

  private void publishLater() {
    lock.lock();
    try {
      timerSet = false;
      if (closing) {
        return;
      }
      publishDue = true;
      if (!staging.isEmpty()) { // acknowledged, and nobody has had it written since
        haveLeader();
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      var told = tryExclusively(() -> {
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
    lock.lock();
    try {
      setTimer();
    } finally {
      lock.unlock();
    }
  }

  /** Tells readers of other processes how far they may read; called by the leader. */
  private void publish() {
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

  private void lookLater(long end) {
    try {
      context.background().after(IDLE_NANOS, () -> lookWhetherIdle(end));
    } catch (RuntimeException | Error e) { // nothing depends on it
      Log.warning("the ring of stream '" + view.name() + "' stays until the stream is closed", e);
    }
  }

  /** Looks whether nothing has come since the stream ended there. */
  private void lookWhetherIdle(long end) {
    try {
      var looked = tryExclusively(() -> {
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

  // ---- having the stream for oneself

  /** Runs something when everything staged before has been committed and nothing is staged meanwhile. */
  <T> T exclusively(Exclusive<T> task) throws IOException {
    lock.lock();
    try {
      takeOver();
      try {
        return unlocked(task);
      } finally {
        handBack();
      }
    } finally {
      lock.unlock();
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
          commit(); // what was acknowledged before it was written
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
      commit();
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
      closing = true;
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
      syncRequested = Math.min(syncRequested, id);
      published = Math.min(published, id);
      satisfied = waiters.cutAt(id);
    } finally {
      lock.unlock();
    }
    Waiters.wakeThreads(satisfied);
  }
}
