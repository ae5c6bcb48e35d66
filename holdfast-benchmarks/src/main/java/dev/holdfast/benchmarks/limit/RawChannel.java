package dev.holdfast.benchmarks.limit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The few operations that both kinds of channel of the JDK have. */
interface RawChannel extends Closeable {

  /** Writes some of the remaining bytes at {@code position}; returns how many. */
  int write(ByteBuffer bytes, long position) throws IOException;

  /** Reads some bytes at {@code position}; returns how many, -1 at the end of the file. */
  int read(ByteBuffer bytes, long position) throws IOException;

  /** Makes what was written durable: {@code fdatasync}. */
  void sync() throws IOException;
}
