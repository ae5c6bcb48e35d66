package dev.holdfast;

import java.util.List;
import java.util.function.Consumer;

/**
 * Reads a part of a {@link TypedStream} from one end to the other. Each method that changes something returns another
 * object; this one stays as it is. Each replay ends where the stream ended when it began.
 *
 * {@snippet :
 * List<TypedRecord<Event>> all = events.replay().toList();
 * long applied = events.replay().from(checkpoint).upTo(last).forEach(record -> apply(record.value()));
 * }
 *
 * @param <E> the entries
 */
public interface Replay<E> {

  /**
   * Begins with entry {@code id}, or with the first one there is if that has been truncated.
   *
   * @param id at least 0; may be beyond the end
   */
  Replay<E> from(long id);

  /**
   * Ends with entry {@code id}, or with the last one there is if that is before it.
   *
   * @param id at least 0
   */
  Replay<E> upTo(long id);

  /** Says what an unfinished write at the end means; {@link ReplayMode#STRICT} otherwise. */
  Replay<E> mode(ReplayMode mode);

  /**
   * Returns the entries, all of them in memory.
   *
   * @throws CorruptionException if a record is damaged or missing, or, with {@link ReplayMode#STRICT}, if the end is
   *   torn and nobody has decided about it yet
   * @throws EntryCodecException if a record is no entry
   */
  List<TypedRecord<E>> toList();

  /**
   * Hands each entry to {@code action}, in order, and returns how many there were. Throws as {@link #toList} does,
   * after the entries before have been handed over.
   */
  long forEach(Consumer<? super TypedRecord<E>> action);

  /** Decodes each entry, keeps none, and returns how many there are. Throws as {@link #toList} does. */
  long count();
}
