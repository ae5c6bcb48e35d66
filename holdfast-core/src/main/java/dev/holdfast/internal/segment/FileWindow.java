package dev.holdfast.internal.segment;

import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A part of a file in memory that moves forward over it in large reads. Grows only to what is asked for, and never
 * beyond what the file has. Not safe for use by several threads.
 */
public final class FileWindow {
  private final LogFile file;
  private final long size;
  private final int capacity;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private long start;
  private int length;

  /** Creates a window of {@code capacity} bytes on a file. */
  public FileWindow(LogFile file, int capacity) throws IOException {
    this.file = file;
    this.size = file.size();
    this.capacity = (int) Math.min(capacity, size);
  }

  /** Returns the size the file had at first. */
  public long fileSize() {
    return size;
  }

  /** Returns whether the bytes [{@code offset}, {@code offset + bytes}) exist, and has them in the buffer. */
  public boolean load(long offset, long bytes) throws IOException {
    if (bytes > size - offset) {
      return false;
    }
    if (offset >= start && offset + bytes <= start + length) {
      return true;
    }
    if (bytes > buffer.capacity()) {
      buffer = ByteBuffer.allocate(Math.max(capacity, Math.toIntExact(bytes))).order(ByteOrder.LITTLE_ENDIAN);
    }
    start = offset;
    length = file.read(buffer.clear(), offset);
    buffer.clear();
    return length >= bytes;
  }

  /** Returns the buffer, little-endian, with all of its capacity between position and limit. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Returns where in the buffer the byte at {@code offset} of the file is, which has been loaded. */
  public int at(long offset) {
    return (int) (offset - start);
  }

  /** Returns the offset in the file up to which bytes are loaded. */
  public long loadedEnd() {
    return start + length;
  }
}
