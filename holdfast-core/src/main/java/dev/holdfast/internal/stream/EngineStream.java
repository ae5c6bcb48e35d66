package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import java.util.Optional;

/** What the packages above know of a stream besides what its users do. */
public interface EngineStream extends LogStream {

  /**
   * Where a record is.
   *
   * @param segment the name of the file
   * @param offset where in it the record's frame begins, in bytes
   */
  record Place(String segment, long offset) {}

  /** Returns where a record is; empty if there is none of this id. */
  Optional<Place> placeOf(long id);

  /**
   * Looks whether the end that readers see is the end: throws if records are known to have been behind it, which are
   * damaged, missing, or lost by a failed sync.
   */
  void checkEnd();

  /**
   * Returns what is to be said of an unfinished write at the end, if there is one about which nobody has decided yet:
   * the log is open for reading, and had no writer when it was opened.
   */
  Optional<CorruptionException> tornTail();
}
