package dev.holdfast.snapshot;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.IdRange;
import dev.holdfast.SnapshotException;
import dev.holdfast.TypedCursor;
import dev.holdfast.TypedRecord;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.stream.EngineStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Application state in memory that survives crashes: each change is appended to a stream, and applied when it is kept
 * as the sync policy promises; snapshots are published in the background, and the records they cover are truncated;
 * opening it again gives the same state. Safe for use by many threads.
 *
 * <p>
 * The state is applied by reading the stream, in recovery as in use, so both see the same records. It must be changed
 * by its {@link StateFunction} alone; what {@link #read} hands out must not be kept, unless it is immutable.
 *
 * <p>
 * If the function fails, or an entry cannot be decoded that was encoded, every call throws a {@link SnapshotException}
 * from then on, and so does opening it again, which says of an entry that cannot be decoded
 * {@link dev.holdfast.EntryCodecException}: the record stays in the log, which is kept all the same. Open it with a
 * function that can apply the record, or cut it off with {@link dev.holdfast.LogStream#truncateFrom}.
 *
 * <p>
 * What others append to the stream directly is applied with the next append through this object, in its place.
 *
 * <p>
 * A function that looks at the state, or applies an entry, must not call what appends, publishes or closes: that is an
 * {@link IllegalStateException}.
 *
 * @param <S> the state
 * @param <E> the entries, each a change of it
 */
public final class DurableState<S, E> implements AutoCloseable {
  private static final String TRUNCATED = "has somebody truncated the stream?";
  private static final int ATTEMPTS = 3;
  /**
   * Applies what was appended without waiting, never on the thread that completes the stream's future. That is the
   * committing thread, where the log is told so; and whoever holds the state may be committing, in a sync or an append
   * of its own, and would wait for itself.
   */
  private static final Executor APPLYING = task -> Thread.ofVirtual().name("holdfast-state").start(task);

  private final TypedStream<E> stream;
  private final StateFunction<S, E> function;
  private final StateRecovery recovery;
  private final @Nullable SnapshotTask<S> snapshots;

  private final EngineStream engine;

  /** Held for reading while an append gets its place, for writing while {@link #decide} does. Before {@link #lock}. */
  private final ReentrantReadWriteLock deciding = new ReentrantReadWriteLock();
  /** Held for writing while entries are applied, for reading while the state is looked at. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final TypedCursor<E> cursor; // guarded by lock, for writing
  private S state; // guarded by lock
  private volatile long applied; // guarded by lock for writing
  private volatile @Nullable SnapshotException failure; // guarded by lock for writing
  private volatile boolean closed;

  DurableState(DurableStateBuilder<S, E> builder, RecoveredState<S> recovered, List<SnapshotInfo> unreadable) {
    this.stream = builder.stream();
    this.engine = builder.engine();
    this.function = builder.function();
    this.recovery = recovered.report();
    this.state = recovered.state();
    this.applied = recovered.end();
    this.cursor = stream.read(recovered.end());
    this.snapshots = builder.snapshotTask(this, unreadable);
  }

  /**
   * Begins to describe a state.
   *
   * @param stream a stream of {@code wal}, whose records are the changes
   */
  public static <S, E> DurableStateBuilder<S, E> on(Wal wal, TypedStream<E> stream) {
    return new DurableStateBuilder<>(wal, stream);
  }

  // ---- changing

  /**
   * Appends a change, and returns its id when it is kept as the sync policy promises, and applied.
   *
   * @throws dev.holdfast.EntryCodecException if it cannot be encoded; nothing has changed
   */
  public long append(E entry) {
    checkUsable();
    checkNotReading();
    var before = applied;
    long id;
    deciding.readLock().lock();
    try {
      id = stream.append(entry);
    } finally {
      deciding.readLock().unlock();
    }
    applied(before, id, id + 1);
    return id;
  }

  /** Appends changes that are kept together or not at all; a {@link #read} sees all of them or none. */
  public IdRange appendBatch(List<? extends E> entries) {
    checkUsable();
    checkNotReading();
    var before = applied;
    IdRange ids;
    deciding.readLock().lock();
    try {
      ids = stream.appendBatch(entries);
    } finally {
      deciding.readLock().unlock();
    }
    applied(before, ids.start(), ids.end());
    return ids;
  }

  /**
   * Appends what {@code decision} makes of the state, as {@link #appendBatch} does, with nothing else in between: for
   * changes that only some states allow, such as a withdrawal. All other appends through this object wait meanwhile, so
   * they do not share a sync with it; use it for what must be decided.
   *
   * @param decision looks at the state, which has everything appended before, and returns what is to be appended, maybe
   *   nothing; if it throws, nothing has changed
   * @return their ids; empty if there was nothing to append
   */
  public IdRange decide(Function<? super S, ? extends List<? extends E>> decision) {
    checkUsable();
    checkNotReading();
    IdRange ids;
    deciding.writeLock().lock();
    try {
      engine.awaitAppended(); // what others have appended without waiting
      var entries = decided(decision);
      var before = applied;
      ids = stream.appendBatch(entries);
      applied(before, ids.start(), ids.end());
    } finally {
      deciding.writeLock().unlock();
    }
    return ids;
  }

  private List<? extends E> decided(Function<? super S, ? extends List<? extends E>> decision) {
    lock.writeLock().lock();
    try {
      checkUsable();
      applyWhatIsThere(applied);
      return Objects.requireNonNull(decision.apply(state), "decision returned null; an empty list appends nothing");
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Appends a change without waiting. The future completes when it is kept, and applied, on a virtual thread whatever
   * the log's completion executor is; if this is closed or has failed, or the entry cannot be encoded, exceptionally.
   * Cancelling it takes nothing back: the change is applied when it is kept.
   */
  public CompletableFuture<Long> appendAsync(E entry) {
    return appendedAsync(() -> stream.appendAsync(entry), id -> new IdRange(id, id + 1));
  }

  /** Like {@link #appendBatch}, without waiting; the future is as that of {@link #appendAsync}. */
  public CompletableFuture<IdRange> appendBatchAsync(List<? extends E> entries) {
    return appendedAsync(() -> stream.appendBatchAsync(entries), ids -> ids);
  }

  private <T> CompletableFuture<T> appendedAsync(Supplier<CompletableFuture<T>> append, Function<T, IdRange> ids) {
    checkNotReading();
    try {
      checkUsable();
    } catch (WalException e) {
      return CompletableFuture.failedFuture(e);
    }
    var before = applied;
    CompletableFuture<T> appended;
    deciding.readLock().lock();
    try {
      appended = append.get();
    } finally {
      deciding.readLock().unlock();
    }
    return appended.thenApplyAsync(result -> {
      var range = ids.apply(result);
      applied(before, range.start(), range.end());
      return result;
    }, APPLYING).copy(); // a copy: who cancels it does not cancel the applying
  }

  /**
   * Applies what was appended.
   *
   * @param before how far the state had come before it was appended
   * @param id the id it got
   * @param end the id after its last record
   */
  private void applied(long before, long id, long end) {
    if (id < before || applied < end) {
      lock.writeLock().lock();
      try {
        if (closed) {
          return; // it is kept, and applied by whoever opens the state next
        }
        checkUsable();
        if (id < before) {
          throw fail("record " + id + " was applied before, and is another one now: " + TRUNCATED, null);
        }
        applyWhatIsThere(end);
      } finally {
        lock.writeLock().unlock();
      }
    }
    if (snapshots != null) {
      try {
        snapshots.lookWhetherDue();
      } catch (WalClosedException e) { // the log, meanwhile: what was appended is kept all the same
        Log.debug("no snapshot is due any more", e);
      }
    }
  }

  /** Applies everything that readers of the stream see: at least up to {@code end}; also what others have appended. */
  private void applyWhatIsThere(long end) {
    try {
      while (cursor.next()) { // what else this throws says nothing about the state: the next call goes on from here
        apply();
      }
    } catch (CursorInvalidatedException e) {
      throw fail("record " + applied + " is gone before it was applied: " + TRUNCATED, e);
    }
    if (applied < end) {
      throw fail("record " + applied + " was appended and is gone: " + TRUNCATED, null);
    }
  }

  private void apply() {
    if (cursor.id() != applied) {
      throw fail("record " + applied + " is gone before it was applied, the next one there is " + cursor.id(), null);
    }
    try {
      state = function.apply(state, new TypedRecord<>(cursor.id(), cursor.time(), cursor.value()));
    } catch (Throwable e) { // whatever it is, the state may be half changed
      throw fail("record " + applied + " cannot be applied: " + e, e);
    }
    applied = cursor.nextId();
  }

  private SnapshotException fail(String problem, @Nullable Throwable cause) {
    var message = "stream '" + stream.name() + "': " + problem;
    var failed = cause == null ? new SnapshotException(message) : new SnapshotException(message, cause);
    failure = failed;
    return failed;
  }

  // ---- looking

  /**
   * Returns what {@code reader} makes of the state, maybe null; the state does not change, and appends wait, meanwhile.
   */
  public <T extends @Nullable Object> T read(Function<? super S, ? extends T> reader) {
    lock.readLock().lock();
    try {
      checkUsable();
      return reader.apply(state);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Returns the id after the last record that the state has. */
  public long end() {
    return applied;
  }

  /** Returns what opening it found. */
  public StateRecovery recovery() {
    return recovery;
  }

  // ---- snapshots

  /**
   * Publishes a snapshot of the state as it is now, and returns when that is done; with what was truncated for it.
   *
   * @throws IllegalStateException if it was opened without snapshots
   */
  public PublishedSnapshot snapshot() {
    checkUsable();
    checkNotReading();
    if (snapshots == null) {
      throw new IllegalStateException("this state was opened without snapshots");
    }
    return snapshots.publish();
  }

  /** Returns why the last snapshot in the background was not published; empty if it was, or there was none. */
  public Optional<Throwable> snapshotFailure() {
    return snapshots == null ? Optional.empty() : snapshots.failure();
  }

  /**
   * Does something with the state and its end, which do not change meanwhile.
   *
   * @param lastRecord returns the last record that a state with this end has
   */
  <T> T captured(LongFunction<LastRecord> lastRecord, Function<Capture<S>, T> use) {
    var last = hold(lastRecord);
    try {
      return use.apply(new Capture<>(state, applied, last));
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Locks for reading, and returns the last record that the state has, and not one that has come to its place since:
   * reading on proves that. The record is read before anybody has to wait, as long as nothing is appended meanwhile.
   */
  private LastRecord hold(LongFunction<LastRecord> lastRecord) {
    for (var attempt = 1;; attempt++) {
      checkUsable();
      var end = applied;
      var last = lastRecord.apply(end);
      lock.writeLock().lock();
      try {
        checkUsable();
        applyWhatIsThere(end);
        if (applied == end || attempt == ATTEMPTS) {
          var held = applied == end ? last : lastWhileHeld(lastRecord);
          lock.readLock().lock(); // before the other is given back: nothing is applied in between
          return held;
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  private LastRecord lastWhileHeld(LongFunction<LastRecord> lastRecord) {
    while (true) {
      var end = applied;
      var last = lastRecord.apply(end);
      applyWhatIsThere(end);
      if (applied == end) {
        return last;
      }
    }
  }

  private void checkNotReading() {
    if (lock.getReadHoldCount() > 0 || lock.isWriteLockedByCurrentThread()) {
      throw new IllegalStateException("called from within a function that looks at the state, or applies an entry");
    }
  }

  private void checkUsable() {
    if (closed) {
      throw new WalClosedException("the state of stream '" + stream.name() + "' is closed");
    }
    var failed = failure;
    if (failed != null) {
      throw new SnapshotException(String.valueOf(failed.getMessage()),
          failed.getCause() == null ? failed : failed.getCause());
    }
  }

  /**
   * Waits for a snapshot that is being published, and ends. The stream and its log stay open; close the log after this.
   *
   * @throws IllegalStateException if called from within a function that looks at the state, which it would wait for
   */
  @Override
  public void close() {
    checkNotReading();
    if (snapshots != null) {
      snapshots.close();
    }
    lock.writeLock().lock();
    try {
      closed = true;
      cursor.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
