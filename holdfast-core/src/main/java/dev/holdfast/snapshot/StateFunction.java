package dev.holdfast.snapshot;

import dev.holdfast.TypedRecord;

/**
 * What an entry does to a state. Called in the order of ids, once for each record that is durable as promised: first
 * when it is appended, and again, with the same record, whenever the state is recovered. So it must depend on nothing
 * but its arguments, and must not fail: what an entry may not do is to be found out before it is appended.
 *
 * @param <S> the state
 * @param <E> the entries
 */
@FunctionalInterface
public interface StateFunction<S, E> {

  /** Returns the state after this entry: another one, or the same, changed. */
  S apply(S state, TypedRecord<E> entry);
}
