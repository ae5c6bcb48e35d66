package dev.holdfast.benchmarks.limit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a limit program writes its frames, one behind the other. For one thread at a time. */
interface Target extends Closeable {

  /** Writes all remaining bytes behind those written before. */
  void append(ByteBuffer bytes) throws IOException;

  /** Makes what was written durable: {@code fdatasync}. */
  void sync() throws IOException;
}
