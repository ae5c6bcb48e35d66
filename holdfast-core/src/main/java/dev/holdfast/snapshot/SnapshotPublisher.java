package dev.holdfast.snapshot;

import dev.holdfast.IdRange;
import dev.holdfast.internal.log.LogParts;
import dev.holdfast.internal.logging.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Publishes snapshots: the snapshot is durable, then a marker in a stream of the system is, and only then the log is
 * truncated. A crash between any two steps leaves a log from which the same state is recovered
 * ({@code docs/CRASH-SAFETY.md}, "Publishing a snapshot"). Safe for use by many threads; one at a time publishes.
 *
 * <p>
 * The log is truncated before the end of the oldest snapshot that is kept, not of the newest: so that where the newest
 * cannot be read, the one before it and the records since give the same state. {@link SnapshotRetention#keep keep(1)}
 * leaves the fewest records.
 */
public final class SnapshotPublisher {
  private final SnapshotStore store;
  private final SnapshotRetention retention;
  private final List<TruncationGuard> guards;
  private final List<SnapshotInfo> unreadable; // guarded by the store's lock

  private SnapshotPublisher(SnapshotStore store, SnapshotRetention retention, List<TruncationGuard> guards,
      List<SnapshotInfo> unreadable) {
    this.store = store;
    this.retention = retention;
    this.guards = List.copyOf(guards);
    this.unreadable = new ArrayList<>(unreadable);
  }

  /** Returns a publisher of snapshots into {@code store}, without guards. */
  public static SnapshotPublisher of(SnapshotStore store, SnapshotRetention retention) {
    return new SnapshotPublisher(Objects.requireNonNull(store, "store"),
        Objects.requireNonNull(retention, "retention"), List.of(), List.of());
  }

  /** Returns a publisher that also asks {@code guard} before it truncates; each of several may hold it back. */
  public SnapshotPublisher withGuard(TruncationGuard guard) {
    var all = new ArrayList<>(guards);
    all.add(Objects.requireNonNull(guard, "guard"));
    return new SnapshotPublisher(store, retention, all, unreadable);
  }

  /**
   * Returns a publisher that deletes these snapshots when the next one is published: they must not count for those that
   * are kept.
   */
  SnapshotPublisher withUnreadable(List<SnapshotInfo> found) {
    return new SnapshotPublisher(store, retention, guards, found);
  }

  /** Returns where the snapshots are. */
  public SnapshotStore store() {
    return store;
  }

  /** Returns the markers of the newest publications, at least the last thousand of the log, oldest first. */
  public List<SnapshotMarker> markers() {
    return SnapshotMarkers.of(store.wal(), store.engine());
  }

  /**
   * Publishes a snapshot. Those of another history than the log's, which a cut may have left, are deleted with the old
   * ones.
   *
   * @throws IllegalArgumentException if {@code captured} ends beyond the stream, or before a snapshot there is
   * @throws dev.holdfast.SnapshotException if the codec fails; nothing has changed
   * @throws dev.holdfast.StorageFullException if there is no space; try again when there is
   * @throws UnsupportedOperationException if the log is open for reading only
   */
  public <S> PublishedSnapshot publish(Captured<S> captured, SnapshotCodec<S> codec) {
    return publish(write -> write.apply(new Capture<>(captured.state(), captured.end(),
        store.lastRecord(captured.end()))), codec);
  }

  /**
   * Publishes a snapshot of what {@code source} hands out: it holds the state for as long as the snapshot is written,
   * and no longer.
   */
  <S> PublishedSnapshot publish(Function<Function<Capture<S>, SnapshotInfo>, SnapshotInfo> source,
      SnapshotCodec<S> codec) {
    var event = SnapshotPublishedEvent.begun();
    var lock = store.lock(); // before the state is captured: a later state must not overtake an earlier one
    lock.lock();
    try {
      LogParts.requireWritable(store.wal());
      SnapshotMarkers.open(store.wal()); // before anything is written: without a marker it would be in vain
      var snapshot = source.apply(captured -> write(captured, codec));
      // A crash here leaves a snapshot that recovery may use as well: it is whole, and what it covers is durable.
      var deleted = new ArrayList<>(mark(snapshot));
      // From here on the log may lose what the oldest snapshot that is kept covers; a crash leaves more than need be.
      deleted.addAll(store.keep(retention.snapshots()));
      var published = new PublishedSnapshot(snapshot, deleted, truncate());
      if (event != null) {
        event.commit(store.stream().name(), published);
      }
      return published;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes a snapshot, and deletes what must not be gone back to: durably, before the log loses what tells one history
   * from another.
   */
  private List<SnapshotInfo> mark(SnapshotInfo snapshot) {
    try {
      SnapshotMarkers.add(store.wal(), store.engine(), snapshot);
      var useless = store.deleteUseless(snapshot, unreadable);
      unreadable.clear();
      return useless;
    } catch (RuntimeException | Error e) { // nothing may be truncated for it, but snapshots must not pile up
      try {
        store.keep(retention.snapshots());
      } catch (RuntimeException e2) {
        e.addSuppressed(e2);
      }
      throw e;
    }
  }

  private <S> SnapshotInfo write(Capture<S> captured, SnapshotCodec<S> codec) {
    var newest = store.newest();
    if (newest.isPresent() && newest.get().end() > captured.end()) {
      throw new IllegalArgumentException("there is a snapshot up to " + newest.get().end()
          + " already, later than this one: " + captured.end());
    }
    return store.write(captured, codec);
  }

  private IdRange truncate() {
    var stream = store.stream();
    var id = Math.min(store.list().getFirst().end(), stream.nextId());
    for (var guard : guards) {
      id = Math.min(id, allowedBy(guard, id, stream.name()));
    }
    var first = stream.firstId();
    return id <= first ? new IdRange(first, first) : stream.truncateBefore(id);
  }

  private static long allowedBy(TruncationGuard guard, long id, String stream) {
    try {
      return guard.mayTruncateBefore(id);
    } catch (RuntimeException e) { // whatever it protects must not be lost for that
      Log.warning("stream '" + stream + "': a truncation guard failed, nothing is truncated", e);
      return 0;
    }
  }
}
