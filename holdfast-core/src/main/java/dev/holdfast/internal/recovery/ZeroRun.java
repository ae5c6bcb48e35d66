package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds where the zeros of a file end. After a crash most of what opening a log reads is prepared space, in a program
 * that has just started: hence memory outside the heap, to which nothing is copied twice, small enough to stay in the
 * processor's cache, and compared in small pieces, so that comparing is soon compiled.
 */
final class ZeroRun implements AutoCloseable {
  private static final int PIECE = 1 << 11;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();

  private final LogFile file;
  private final long size;
  private final ByteBuffer block;
  private final ByteBuffer zeros = ZEROS.duplicate();

  /** Creates it for a file of {@code size} bytes. */
  ZeroRun(LogFile file, long size) {
    this.file = file;
    this.size = size;
    this.block = ReadMemory.take(size);
  }

  /**
   * Returns the offset of the first byte at or after {@code from}, a multiple of 8, that is not zero, rounded down to a
   * multiple of 8; the size of the file if there is none.
   */
  long end(long from) throws IOException {
    for (var at = from; at < size; at += block.limit()) {
      block.clear().limit((int) Math.min(block.capacity(), size - at));
      if (file.read(block, at) < block.limit()) {
        throw new IOException(file.name() + ": became shorter while it was read");
      }
      var found = firstNonZero(block.limit());
      if (found >= 0) {
        return at + found & -Frame.ALIGNMENT;
      }
    }
    return Math.max(from, size);
  }

  private int firstNonZero(int length) {
    for (var at = 0; at < length; at += PIECE) {
      var piece = Math.min(PIECE, length - at);
      var found = block.limit(at + piece).position(at).mismatch(zeros.limit(piece));
      if (found >= 0) {
        return at + found;
      }
    }
    block.position(0).limit(length);
    return -1;
  }

  @Override
  public void close() {
    ReadMemory.giveBack(block);
  }
}
