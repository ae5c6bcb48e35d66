package dev.holdfast.snapshot;

/**
 * A state, how far it has come, and the last record it has.
 *
 * @param <S> the state
 */
record Capture<S>(S state, long end, LastRecord last) {}
