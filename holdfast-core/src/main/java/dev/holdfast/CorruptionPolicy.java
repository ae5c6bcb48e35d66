package dev.holdfast;

/** What opening a stream for writing does when records that were promised durable are damaged or missing. */
public enum CorruptionPolicy {
  /** Refuses with a {@link CorruptionException}; nothing is changed. */
  ERROR,
  /**
   * Goes on from the first id that cannot be read, as if what follows had never been written. Ids that were promised
   * are given again. Every byte is kept: segments beyond that point are set aside under names ending in {@code .cut}.
   */
  TRUNCATE
}
