package dev.holdfast.snapshot;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the states for snapshots come from.
 *
 * @param state hands out the state while it does not change
 * @param copy makes a state that does not change any more; null if there is none, then the state must be held for as
 *   long as the snapshot is written
 * @param <S> the state
 */
record SnapshotSource<S>(Holder<S> state, @Nullable UnaryOperator<S> copy) {

  /**
   * Hands out a state while it does not change.
   *
   * @param <S> the state
   */
  interface Holder<S> {
    <T> T held(Function<Capture<S>, T> use);
  }

  /** Captures the state, and uses what was captured. */
  <T> T captured(Function<Capture<S>, T> use) {
    if (copy == null) {
      return state.held(use);
    }
    Capture<S> captured = state.held(held -> new Capture<>(copy.apply(held.state()), held.end(), held.last()));
    return use.apply(captured);
  }
}
