package dev.holdfast.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of a file in memory, apart from its names and from those who have it open. Safe for use by many threads.
 */
final class MemoryFile {

  private static final int CHUNK = 16 * 1024;

  private final MemorySpace space;
  private byte[][] chunks = {}; // guarded by this; a chunk never written to is empty and stands for zeros
  private long size; // guarded by this
  private int references = 1; // guarded by this: its name, and every handle

  MemoryFile(MemorySpace space) {
    this.space = space;
  }

  synchronized long size() {
    return size;
  }

  /** Grows the file with zeros to {@code newSize}, or does nothing. */
  synchronized void grow(long newSize, String name) throws OutOfSpaceException {
    if (newSize <= size) {
      return;
    }
    space.reserve(newSize - size, name);
    int count = Math.toIntExact((newSize + CHUNK - 1) / CHUNK);
    int before = chunks.length;
    if (count > before) {
      chunks = Arrays.copyOf(chunks, Math.max(count, before + before / 2));
      Arrays.fill(chunks, before, chunks.length, new byte[0]);
    }
    size = newSize;
  }

  synchronized void truncate(long newSize) {
    space.release(size - newSize);
    size = newSize;
    int kept = Math.toIntExact((newSize + CHUNK - 1) / CHUNK);
    Arrays.fill(chunks, kept, chunks.length, new byte[0]);
    int rest = (int) (newSize % CHUNK);
    if (rest > 0 && chunks[kept - 1].length > 0) {
      // What is cut off must not come back when the file grows again.
      Arrays.fill(chunks[kept - 1], rest, CHUNK, (byte) 0);
    }
  }

  synchronized int read(ByteBuffer dst, long position) {
    int total = (int) Math.max(0, Math.min(dst.remaining(), size - position));
    for (int done = 0; done < total;) {
      long at = position + done;
      int offset = (int) (at % CHUNK);
      int n = Math.min(CHUNK - offset, total - done);
      byte[] chunk = chunks[(int) (at / CHUNK)];
      dst.put(chunk.length > 0 ? chunk : ZEROS, offset, n);
      done += n;
    }
    return total;
  }

  synchronized void write(ByteBuffer src, long position, String name) throws OutOfSpaceException {
    if (!src.hasRemaining()) {
      return;
    }
    grow(position + src.remaining(), name);
    for (long at = position; src.hasRemaining();) {
      int offset = (int) (at % CHUNK);
      int n = Math.min(CHUNK - offset, src.remaining());
      int index = (int) (at / CHUNK);
      if (chunks[index].length == 0) {
        chunks[index] = new byte[CHUNK];
      }
      src.get(chunks[index], offset, n);
      at += n;
    }
  }

  synchronized void retain() {
    references++;
  }

  /** Gives the space back when nobody can reach the file any more. */
  synchronized void release() {
    if (--references == 0) {
      truncate(0);
    }
  }

  private static final byte[] ZEROS = new byte[CHUNK];
}
