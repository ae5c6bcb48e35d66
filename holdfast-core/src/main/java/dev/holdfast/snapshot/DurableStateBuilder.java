package dev.holdfast.snapshot;

import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.internal.log.LogParts;
import dev.holdfast.internal.stream.EngineStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link DurableState}. For one thread.
 *
 * @param <S> the state
 * @param <E> the entries
 */
public final class DurableStateBuilder<S, E> {
  private final Wal wal;
  private final TypedStream<E> stream;
  private final List<TruncationGuard> guards = new ArrayList<>();
  private @Nullable Supplier<? extends S> initial;
  private @Nullable StateFunction<S, E> function;
  private @Nullable SnapshotCodec<S> codec;
  private SnapshotRetention retention = SnapshotRetention.keep(1);
  private SnapshotPolicy policy = SnapshotPolicy.onDemand();
  private @Nullable UnaryOperator<S> capture;
  private ReplayProgress progress = (_, _) -> {};

  DurableStateBuilder(Wal wal, TypedStream<E> stream) {
    this.wal = Objects.requireNonNull(wal, "wal");
    this.stream = Objects.requireNonNull(stream, "stream");
  }

  /** Says what the state is before the first record. */
  public DurableStateBuilder<S, E> initial(Supplier<? extends S> state) {
    initial = Objects.requireNonNull(state, "state");
    return this;
  }

  /** Says what an entry does to the state. */
  public DurableStateBuilder<S, E> apply(StateFunction<S, E> stateFunction) {
    function = Objects.requireNonNull(stateFunction, "function");
    return this;
  }

  /**
   * Says how snapshots are written, how many stay, and when they are taken. Without this there are none, and opening it
   * reads all records.
   */
  public DurableStateBuilder<S, E> snapshots(SnapshotCodec<S> snapshotCodec, SnapshotRetention keep,
      SnapshotPolicy when) {
    codec = Objects.requireNonNull(snapshotCodec, "codec");
    retention = Objects.requireNonNull(keep, "retention");
    policy = Objects.requireNonNull(when, "policy");
    return this;
  }

  /**
   * Says how the state is captured for a snapshot: {@code copy} returns a state that does not change any more, while
   * appends wait; the snapshot is then written while they go on. Without this, appends wait until the snapshot is
   * encoded and written, and so do those who read the state once an append waits.
   *
   * <p>
   * For a state that is immutable, {@link UnaryOperator#identity()}: then a snapshot keeps the others waiting as an
   * append does, namely those who append or begin to read until the {@link DurableState#read reads} under way have
   * ended; and, only if appends have come in between all three times that the last record was read for it, for reading
   * that record.
   */
  public DurableStateBuilder<S, E> capture(UnaryOperator<S> copy) {
    capture = Objects.requireNonNull(copy, "copy");
    return this;
  }

  /** Asks {@code guard} before the log is truncated; each of several may hold it back. */
  public DurableStateBuilder<S, E> guard(TruncationGuard guard) {
    guards.add(Objects.requireNonNull(guard, "guard"));
    return this;
  }

  /** Tells {@code listener} how far opening has come. */
  public DurableStateBuilder<S, E> progress(ReplayProgress listener) {
    progress = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Recovers the state. One such object at a time should be open on a stream: more would each publish snapshots.
   *
   * @throws IllegalStateException if {@link #initial} or {@link #apply} is missing
   * @throws dev.holdfast.SnapshotException and others as {@link Recovery#run()}
   */
  public DurableState<S, E> open() {
    if (initial == null || function == null) {
      throw new IllegalStateException("initial and apply must be said before open");
    }
    var unreadable = new ArrayList<SnapshotInfo>();
    var recovered = Recovery.of(stream, store(), codec == null ? new NoSnapshots<S>() : codec, initial, function)
        .progress(progress).run(unreadable);
    return new DurableState<>(this, recovered, unreadable);
  }

  private SnapshotStore store() {
    return SnapshotStore.of(wal, stream.stream());
  }

  TypedStream<E> stream() {
    return stream;
  }

  EngineStream engine() {
    return LogParts.engine(wal, stream.stream());
  }

  StateFunction<S, E> function() {
    return Objects.requireNonNull(function);
  }

  @Nullable
  SnapshotTask<S> snapshotTask(DurableState<S, E> state, List<SnapshotInfo> unreadable) {
    if (codec == null) {
      return null;
    }
    var publisher = SnapshotPublisher.of(store(), retention).withUnreadable(unreadable);
    for (var guard : guards) {
      publisher = publisher.withGuard(guard);
    }
    var store = publisher.store();
    SnapshotSource.Holder<S> holder = new SnapshotSource.Holder<>() {
      @Override
      public <T> T held(Function<Capture<S>, T> use) {
        return state.captured(store::lastRecord, use);
      }
    };
    return new SnapshotTask<>(new SnapshotSource<>(holder, capture), publisher, codec, policy);
  }
}
