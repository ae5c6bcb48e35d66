package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.SegmentInfo;
import java.util.List;
import java.util.Optional;

/** What the packages above know of a stream besides what its users do. */
public interface EngineStream extends LogStream {

  /**
   * Where a record is.
   *
   * @param segment the name of the file
   * @param offset where in it the record's frame begins, in bytes
   * @param checksum of the frame: over the random salt of its segment too, so another one in another history, however
   *   alike the records are
   */
  record Place(String segment, long offset, int checksum) {}

  /** Returns where a record is; empty if there is none of this id. */
  Optional<Place> placeOf(long id);

  /** Returns the segments that have records from this id on, as {@link #segments()} does, without opening others. */
  List<SegmentInfo> segmentsFrom(long id);

  /** Returns the random number that the stream got when it was created; 0 if it does not exist yet. */
  long streamId();

  /**
   * Waits until readers see everything appended so far, by whomever, or it has failed.
   *
   * @throws UnsupportedOperationException if the log is open for reading only
   */
  void awaitAppended();

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
