package dev.holdfast.benchmarks.limit;

import java.io.Closeable;
import java.io.IOException;

/** A limit program that appends records. */
public interface Appender extends Closeable {

  /** Appends one record and returns its id, once it is as safe as the program says. */
  long append(byte[] record) throws IOException;
}
