package dev.holdfast.internal.recovery;

import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file in memory that moves forward over it. Of a large file the next part is read by another thread while
 * this one is looked at: reading a file from the page cache takes as long as checking it. Buffers grow only to what is
 * asked for, and never beyond what the file has. Belongs to one thread.
 */
final class ReadAhead implements AutoCloseable {
  private static final int PART = 1 << 19;
  /** In front of a part: room for the beginning of a frame that ends in it. */
  private static final int HEADROOM = 1 << 15;
  private static final int SMALL = 1 << 20;
  /** What the last one used: memory outside the heap is freed late. */
  private static final AtomicReference<@Nullable ByteBuffer> SPARE = new AtomicReference<>();

  private final LogFile file;
  private final long size;
  private ByteBuffer buffer;
  private ByteBuffer view;
  private @Nullable ByteBuffer other;
  private @Nullable CompletableFuture<Integer> next;
  private boolean ahead;
  private long base; // the offset in the file of what is at the buffer's index 0
  private long start;
  private long end;

  /** Creates it for a file, of which nothing is read yet. */
  ReadAhead(LogFile file) throws IOException {
    this.file = file;
    this.size = file.size();
    this.ahead = size > SMALL;
    this.buffer = ahead ? direct() : heap((int) Math.min(SMALL / 8, size));
    this.view = buffer.duplicate();
  }

  private static ByteBuffer heap(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Outside of the heap, where the system reads to without a copy in between. */
  private static ByteBuffer direct() {
    var spare = SPARE.getAndSet(null);
    return spare == null ? ByteBuffer.allocateDirect(HEADROOM + PART).order(ByteOrder.LITTLE_ENDIAN) : spare;
  }

  /** Returns the size the file had at first. */
  long fileSize() {
    return size;
  }

  /** Returns whether the bytes [{@code offset}, {@code offset + bytes}) exist, and has them in the buffer. */
  boolean load(long offset, long bytes) throws IOException {
    return (offset + bytes <= end && offset >= start) || (bytes <= size - offset && move(offset, bytes));
  }

  private boolean move(long offset, long bytes) throws IOException {
    var part = next;
    if (part != null && offset >= start && offset <= end && end - offset <= HEADROOM) {
      moveOn(offset, part);
    } else if (part != null) { // large frames: what was read ahead is of no use, and what comes will not be either
      ahead = false;
      finish();
    }
    if (offset >= start && offset + bytes <= end) {
      return true;
    }
    finish();
    return readAt(offset, bytes);
  }

  /** Goes on in the part that has been read meanwhile; what is left of this one is put before it. */
  private void moveOn(long offset, CompletableFuture<Integer> part) throws IOException {
    next = null;
    var read = await(part);
    var into = other();
    var left = (int) (end - offset);
    into.put(HEADROOM - left, buffer, at(offset), left);
    other = buffer;
    show(into);
    base = end - HEADROOM;
    start = offset;
    end += read;
    readNext();
  }

  private boolean readAt(long offset, long bytes) throws IOException {
    if (bytes > buffer.capacity()) {
      show(heap((int) Math.max(bytes, Math.min(size, SMALL / 8))));
    }
    base = offset;
    start = offset;
    end = offset + file.read(buffer.clear(), offset);
    buffer.clear();
    readNext();
    return bytes <= end - offset;
  }

  private void readNext() {
    if (ahead && end < size) {
      var into = other().clear().position(HEADROOM);
      var from = end;
      var reading = new CompletableFuture<Integer>();
      Thread.ofVirtual().name("holdfast-read-ahead").start(() -> {
        try {
          reading.complete(file.read(into, from));
        } catch (Throwable e) { // whoever waits must be told
          reading.completeExceptionally(e);
        }
      });
      next = reading; // only now: what does not run nobody waits for
    }
  }

  private ByteBuffer other() {
    var there = other;
    if (there == null || there.capacity() <= HEADROOM) {
      there = ByteBuffer.allocateDirect(HEADROOM + PART).order(ByteOrder.LITTLE_ENDIAN);
      other = there;
    }
    return there;
  }

  private void show(ByteBuffer shown) {
    buffer = shown.clear();
    view = shown.duplicate();
  }

  /**
   * Waits for what is being read, which nobody needs, nor whether it fails: the file may be closed, and the buffer
   * used, only afterwards.
   */
  private void finish() {
    var part = next;
    next = null;
    if (part != null) {
      part.exceptionally(_ -> 0).join();
    }
  }

  private static int await(CompletableFuture<Integer> part) throws IOException {
    try {
      return part.join(); // whether this thread has been interrupted or not
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }

  /** Returns the buffer, little-endian, with all of its capacity between position and limit. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Returns the same bytes in a buffer whose position and limit may be moved. */
  ByteBuffer view() {
    return view;
  }

  /** Returns where in the buffer the byte at {@code offset} of the file is, which has been loaded. */
  int at(long offset) {
    return (int) (offset - base);
  }

  @Override
  public void close() {
    finish();
    if (buffer.isDirect()) {
      SPARE.set(buffer);
    }
  }
}
