package dev.holdfast.snapshot;

import dev.holdfast.CorruptionException;
import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.ReplayMode;
import dev.holdfast.SnapshotException;
import dev.holdfast.TypedRecord;
import dev.holdfast.TypedStream;
import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gets a state back: the newest snapshot that can be read, and the records after it. If the newest cannot be read, the
 * one before it does, as long as all the records since are there. A gap between snapshot and log is an error, whatever
 * the mode; so is a snapshot that knows of records which the log has not got. Changes nothing. Immutable: each method
 * that changes something returns another object.
 *
 * @param <S> the state
 * @param <E> the entries
 */
public final class Recovery<S, E> {
  private static final long PROGRESS = 10_000;
  private static final int MAX_ATTEMPTS = 10;

  private final TypedStream<E> stream;
  private final SnapshotStore store;
  private final SnapshotCodec<S> codec;
  private final Supplier<? extends S> initial;
  private final StateFunction<S, E> function;
  private final ReplayMode mode;
  private final long last;
  private final ReplayProgress progress;

  private Recovery(TypedStream<E> stream, SnapshotStore store, SnapshotCodec<S> codec, Supplier<? extends S> initial,
      StateFunction<S, E> function, ReplayMode mode, long last, ReplayProgress progress) {
    this.stream = stream;
    this.store = store;
    this.codec = codec;
    this.initial = initial;
    this.function = function;
    this.mode = mode;
    this.last = last;
    this.progress = progress;
  }

  /**
   * Returns a recovery of the whole state.
   *
   * @param initial makes the state before the first record
   */
  public static <S, E> Recovery<S, E> of(TypedStream<E> stream, SnapshotStore store, SnapshotCodec<S> codec,
      Supplier<? extends S> initial, StateFunction<S, E> function) {
    return new Recovery<>(Objects.requireNonNull(stream, "stream"), Objects.requireNonNull(store, "store"),
        Objects.requireNonNull(codec, "codec"), Objects.requireNonNull(initial, "initial"),
        Objects.requireNonNull(function, "function"), ReplayMode.STRICT, Long.MAX_VALUE, (_, _) -> {});
  }

  /** Says what an unfinished write at the end of the log means; {@link ReplayMode#STRICT} otherwise. */
  public Recovery<S, E> mode(ReplayMode other) {
    return new Recovery<>(stream, store, codec, initial, function, Objects.requireNonNull(other, "mode"), last,
        progress);
  }

  /**
   * Recovers the state as it was after record {@code id}: how far back that can be depends on how many snapshots are
   * kept, since it begins with one that ends at or before it, or with the first record if nothing has been truncated.
   *
   * @param id at least 0; {@link #run} throws if there is no such record, or nothing to begin with
   */
  public Recovery<S, E> upTo(long id) {
    if (id < 0) {
      throw new IllegalArgumentException("id must be at least 0, not " + id);
    }
    return new Recovery<>(stream, store, codec, initial, function, mode, id, progress);
  }

  /** Tells {@code listener} how far it has come. */
  public Recovery<S, E> progress(ReplayProgress listener) {
    return new Recovery<>(stream, store, codec, initial, function, mode, last,
        Objects.requireNonNull(listener, "listener"));
  }

  /** A state to begin with. */
  private record Start<S>(S state, long end, Optional<SnapshotInfo> snapshot) {}

  /**
   * Recovers.
   *
   * @throws SnapshotException if there is no state to begin with from which all records are there, if record
   *   {@link #upTo} is not there, or if the function fails
   * @throws dev.holdfast.UnsupportedFormatException if a newer version wrote a snapshot
   * @throws dev.holdfast.CorruptionException if a record is damaged or missing, or the end is torn and the mode strict
   * @throws dev.holdfast.EntryCodecException if a record is no entry
   */
  public RecoveredState<S> run() {
    return run(new ArrayList<>());
  }

  /** Recovers, and adds the snapshots that could not be read to {@code unreadable}. Throws as {@link #run()} does. */
  RecoveredState<S> run(List<SnapshotInfo> unreadable) {
    var event = StateRecoveredEvent.begun();
    var recovered = runUntilStill(unreadable);
    if (event != null) {
      event.commit(stream.name(), recovered.report());
    }
    return recovered;
  }

  private RecoveredState<S> runUntilStill(List<SnapshotInfo> unreadable) {
    for (var attempt = 1;; attempt++) {
      var newest = store.newest();
      try {
        unreadable.clear();
        return runOnce(unreadable);
      } catch (SnapshotException | CursorInvalidatedException e) {
        if (store.newest().equals(newest) || attempt == MAX_ATTEMPTS) {
          throw e;
        }
        Log.debug("a writer has published a snapshot meanwhile", e);
      }
    }
  }

  private RecoveredState<S> runOnce(List<SnapshotInfo> unreadable) {
    var begun = System.nanoTime();
    var notes = new ArrayList<String>();
    var snapshots = withoutReplaced(store.list()); // before the end: a snapshot that is there covers nothing beyond it
    var nextId = stream.stream().nextId();
    if (last != Long.MAX_VALUE && last >= nextId) {
      throw new SnapshotException(label() + "there is no record " + last + " to recover up to: the log ends at "
          + nextId);
    }
    var end = last == Long.MAX_VALUE ? nextId : last + 1;
    var start = start(snapshots, end, nextId, new Findings(notes, unreadable));
    var applying = new Applying(start, end);
    var replay = stream.replay().from(start.end).mode(mode);
    (last == Long.MAX_VALUE ? replay : replay.upTo(last)).forEach(applying);
    return applying.finish(Duration.ofNanos(System.nanoTime() - begun), notes);
  }

  /** Applies one record after the other. */
  private final class Applying implements Consumer<TypedRecord<E>> {
    private final Start<S> start;
    private final long end;
    private S state;
    private long next;

    Applying(Start<S> start, long end) {
      this.start = start;
      this.end = end;
      this.state = start.state;
      this.next = start.end;
      progress.at(next, end);
    }

    @Override
    public void accept(TypedRecord<E> entry) {
      if (entry.id() != next) { // truncated by its writer meanwhile
        throw new SnapshotException(label() + "record " + next + " is missing, the next one there is " + entry.id());
      }
      try {
        state = function.apply(state, entry);
      } catch (Throwable e) { // whatever it is, it must be said for which record
        throw new SnapshotException(label() + "record " + next + " cannot be applied: " + e, e);
      }
      next++;
      if ((next - start.end) % PROGRESS == 0) {
        progress.at(next, Math.max(next, end));
      }
    }

    RecoveredState<S> finish(Duration duration, List<String> notes) {
      if (next < end) {
        throw new SnapshotException(label() + "records " + next + " to " + (end - 1) + " are missing");
      }
      progress.at(next, next);
      return new RecoveredState<>(state, next, start.snapshot, next - start.end, duration, notes);
    }
  }

  private String label() {
    return "stream '" + stream.name() + "': ";
  }

  // ---- what to begin with

  /** What was found on the way: in words, and the snapshots that could not be read. */
  private record Findings(List<String> notes, List<SnapshotInfo> unreadable) {}

  private Start<S> start(List<SnapshotInfo> snapshots, long end, long nextId, Findings findings) {
    var notes = findings.notes;
    noteMissing(snapshots, notes);
    for (var snapshot : snapshots.reversed()) {
      if (snapshot.end() > nextId) {
        throw new SnapshotException(label() + "the snapshot " + snapshot.file() + " has every record below "
            + snapshot.end() + ", but the log ends at " + nextId
            + ": it has been cut, or restored from an older copy. To go on without what is missing, delete the snapshot");
      }
      if (snapshot.end() <= end) {
        var start = read(snapshot, findings);
        if (start.isPresent()) {
          requireNoGap(snapshot.end(), "the newest snapshot that can be read ends at " + snapshot.end(), notes);
          return start.get();
        }
      }
    }
    var oldest = snapshots.isEmpty() ? -1 : snapshots.getFirst().end();
    requireNoGap(0, oldest > end
        ? "the oldest snapshot ends at " + oldest + ", so no state before record " + (oldest - 1) + " can be had"
        : "there is no snapshot that can be read", notes);
    return new Start<>(initial.get(), 0, Optional.empty());
  }

  private Optional<Start<S>> read(SnapshotInfo snapshot, Findings findings) {
    boolean agrees;
    S state;
    try {
      agrees = store.agrees(snapshot, lastRecord(snapshot, findings.notes));
      state = store.read(snapshot, codec);
    } catch (SnapshotException e) {
      Log.warning(label() + "a snapshot cannot be read", e);
      findings.notes.add(String.valueOf(e.getMessage()));
      findings.unreadable.add(snapshot);
      return Optional.empty();
    }
    if (!agrees) {
      throw new SnapshotException(label() + "the snapshot " + snapshot.file() + " has another record "
          + (snapshot.end() - 1)
          + " than the log: they have different histories. To go on with that of the log, delete "
          + "the snapshot");
    }
    return Optional.of(new Start<>(state, snapshot.end(), Optional.of(snapshot)));
  }

  /** The last record that a snapshot has must be the one that the log has, if it still does. */
  private LastRecord lastRecord(SnapshotInfo snapshot, List<String> notes) {
    try {
      return LastRecord.of(store.engine(), snapshot.end());
    } catch (CorruptionException e) { // it is in the state; what comes after it is read
      notes.add(
          "the last record that the snapshot " + snapshot.file() + " has is damaged in the log: " + e.getMessage());
      return LastRecord.NONE;
    }
  }

  /** Returns the snapshots without those that end where another one does, which is of the history of the log. */
  private List<SnapshotInfo> withoutReplaced(List<SnapshotInfo> all) {
    return all.stream().filter(snapshot -> all.stream().noneMatch(other -> other.end() == snapshot.end()
        && !other.equals(snapshot) && agrees(other) && !agrees(snapshot))).toList();
  }

  private boolean agrees(SnapshotInfo snapshot) {
    try {
      return store.agrees(snapshot, lastRecord(snapshot, new ArrayList<>()));
    } catch (SnapshotException e) {
      Log.debug("noted when it is read", e);
      return false;
    }
  }

  private void requireNoGap(long from, String what, List<String> notes) {
    var first = stream.stream().firstId();
    if (first > from) {
      throw new SnapshotException(label() + what + ", but the log begins at " + first + ": records " + from + " to "
          + (first - 1) + " are missing" + (notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")"));
    }
  }

  private void noteMissing(List<SnapshotInfo> snapshots, List<String> notes) {
    try {
      var markers = SnapshotMarkers.of(store.wal(), store.engine());
      if (!markers.isEmpty() && (snapshots.isEmpty() || snapshots.getLast().end() < markers.getLast().end())) {
        notes.add("the newest snapshot published, up to " + markers.getLast().end() + ", is missing");
      }
    } catch (WalException e) { // recovery does not need them
      Log.warning(label() + "the markers of snapshots cannot be read", e);
      notes.add("the markers of snapshots cannot be read: " + e.getMessage());
    }
  }
}
