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
  private ByteBuffer buffer;
  private ByteBuffer view;
  private long start; // the offset in the file of what is at the buffer's index 0
  private long end;

  /** Creates a window of {@code capacity} bytes on a file. */
  public FileWindow(LogFile file, int capacity) throws IOException {
    this(file, capacity, ByteBuffer.allocate(0));
  }

  /** Creates a window on a file that reads into {@code memory}, little-endian, as long as that is large enough. */
  public FileWindow(LogFile file, ByteBuffer memory) throws IOException {
    this(file, memory.capacity(), memory);
  }

  private FileWindow(LogFile file, int capacity, ByteBuffer memory) throws IOException {
    this.file = file;
    this.size = file.size();
    this.capacity = (int) Math.min(capacity, size);
    this.buffer = memory;
    this.view = memory.duplicate();
  }

  /** Returns the size the file had at first. */
  public long fileSize() {
    return size;
  }

  /** Returns whether the bytes [{@code offset}, {@code offset + bytes}) exist, and has them in the buffer. */
  public boolean load(long offset, long bytes) throws IOException {
    return (offset >= start && offset + bytes <= end) || (bytes <= size - offset && read(offset, bytes));
  }

  private boolean read(long offset, long bytes) throws IOException {
    if (bytes > buffer.capacity()) {
      buffer = ByteBuffer.allocate(Math.max(capacity, Math.toIntExact(bytes))).order(ByteOrder.LITTLE_ENDIAN);
      view = buffer.duplicate();
    }
    start = offset;
    end = offset; // if reading fails there is nothing
    end = offset + file.read(buffer.clear(), offset);
    buffer.clear();
    return bytes <= end - offset;
  }

  /** Returns the buffer, little-endian, with all of its capacity between position and limit. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Returns the same bytes in a buffer whose position and limit may be moved. */
  public ByteBuffer view() {
    return view;
  }

  /** Returns where in the buffer the byte at {@code offset} of the file is, which has been loaded. */
  public int at(long offset) {
    return (int) (offset - start);
  }

  /** Returns the offset in the file up to which bytes are loaded. */
  public long loadedEnd() {
    return end;
  }
}
