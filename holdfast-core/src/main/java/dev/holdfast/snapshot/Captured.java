package dev.holdfast.snapshot;

/**
 * A state, and how far it has come: both of the same moment.
 *
 * @param state has every record below {@code end}, and nothing else
 * @param end the id after the last record it has
 * @param <S> the state
 */
public record Captured<S>(S state, long end) {}
