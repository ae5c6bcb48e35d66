package dev.holdfast;

/**
 * A range of record ids.
 *
 * @param start the first id, at least 0
 * @param end the id after the last one, at least {@code start}
 */
public record IdRange(long start, long end) {

  /** Checks the bounds. */
  public IdRange {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("a range needs 0 <= start <= end, not [" + start + ", " + end + ")");
    }
  }

  /** Returns the number of ids. */
  public long count() {
    return end - start;
  }

  /** Returns whether there are no ids in it. */
  public boolean isEmpty() {
    return start == end;
  }

  /** Returns whether {@code id} is in it. */
  public boolean contains(long id) {
    return id >= start && id < end;
  }
}
