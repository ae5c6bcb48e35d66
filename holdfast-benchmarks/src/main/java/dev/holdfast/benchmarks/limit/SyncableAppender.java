package dev.holdfast.benchmarks.limit;

import java.io.IOException;

/** A limit program whose records can be made durable after they were appended. */
public interface SyncableAppender extends Appender {

  /**
   * Makes durable what has reached the file: what is written next finds clean pages, as in a file that was prepared.
   */
  void sync() throws IOException;
}
