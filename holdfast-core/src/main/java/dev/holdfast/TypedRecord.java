package dev.holdfast;

import java.time.Instant;
import java.util.Objects;

/**
 * One entry read from a stream. Equal by content.
 *
 * @param id its id within the stream
 * @param time when it was appended, to the millisecond, by the clock of the writer
 * @param value the entry
 * @param <E> the entries of the stream
 */
public record TypedRecord<E>(long id, Instant time, E value) {

  /** Checks that nothing is null. */
  public TypedRecord {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(value, "value");
  }
}
