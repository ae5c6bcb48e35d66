package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Frame;
import java.util.List;

/** What is appended as one frame, other than a plain record. */
interface Unit extends AutoCloseable {

  /** Returns the length of the frame's payload in bytes. */
  int length();

  /** Returns the number of records. */
  int count();

  /** Stages it where there is room for it; returns its first id. Called under the stream's lock. */
  long stageIn(Staging staging);

  /** Returns the bytes it takes in the file. */
  default long frameSize() {
    return Frame.sizeOf(length());
  }

  /** Called when it has been staged, or never will be. */
  @Override
  default void close() {
    // nothing to give back
  }

  /**
   * Several records that become visible together.
   *
   * @param length of the payload, the lengths of the records included
   */
  record Batch(List<byte[]> records, int length) implements Unit {
    @Override
    public int count() {
      return records.size();
    }

    @Override
    public long stageIn(Staging staging) {
      return staging.addBatch(records, length);
    }
  }
}
