package dev.holdfast.benchmarks.peer;

/**
 * What is known of the use of a log when it is opened.
 *
 * @param segmentSize size of a segment or file in bytes, for those that have such; at least 64 KiB
 * @param recordSize size of the largest record in bytes
 */
public record Shape(int segmentSize, int recordSize) {
  /** The size of a segment where it does not matter. */
  public static final int USUAL_SEGMENT = 64 << 20;

  /** Returns the usual one. */
  public static Shape ofRecords(int recordSize) {
    return new Shape(USUAL_SEGMENT, recordSize);
  }
}
