package dev.holdfast.internal.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory that files are read into. Outside of the heap, where the system copies to without another copy in between, and
 * small enough to stay in a processor's own cache until it has been looked at. It is kept and used again: such memory
 * is freed late, and a log may have thousands of streams.
 */
final class ReadMemory {
  private static final int SIZE = 1 << 18;
  private static final int MOST_KEPT = 4;
  private static final ArrayBlockingQueue<ByteBuffer> KEPT = new ArrayBlockingQueue<>(MOST_KEPT);

  private ReadMemory() {}

  /** Returns memory to read a file of this size with, little-endian, to be given back; for a small file of the heap. */
  static ByteBuffer take(long fileSize) {
    if (fileSize < SIZE) {
      return ByteBuffer.allocate((int) fileSize).order(ByteOrder.LITTLE_ENDIAN);
    }
    var kept = KEPT.poll();
    return kept == null ? ByteBuffer.allocateDirect(SIZE).order(ByteOrder.LITTLE_ENDIAN) : kept.clear();
  }

  /** Takes it back; nobody uses it any more. */
  static void giveBack(ByteBuffer memory) {
    if (memory.isDirect()) {
      var _ = KEPT.offer(memory);
    }
  }
}
