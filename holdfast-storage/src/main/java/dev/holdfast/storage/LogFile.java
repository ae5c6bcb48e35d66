package dev.holdfast.storage;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * One open file, read and written at explicit positions. Safe for use by many threads: reads and writes at disjoint
 * positions do not disturb each other, and an interrupt of the calling thread neither fails the operation nor closes
 * the file; the thread's interrupt flag is left as it was.
 *
 * <p>
 * A method called after {@link #close()} throws {@link java.nio.channels.ClosedChannelException}. Positions and sizes
 * are in bytes; a negative one is an {@link IllegalArgumentException}.
 */
public interface LogFile extends Closeable {

  /** Returns the name the file was created or opened by, within its directory; a later rename does not change it. */
  String name();

  /** Returns the size in bytes. */
  long size() throws IOException;

  /**
   * Reads into {@code dst} from {@code position} on until the buffer is full or the file ends.
   *
   * @return the number of bytes read, 0 at or beyond the end of the file, less than asked only at the end of the file
   */
  int read(ByteBuffer dst, long position) throws IOException;

  /**
   * Writes all remaining bytes of {@code src} at {@code position}, growing the file if they reach beyond its end. The
   * bytes survive the death of the process once this returns; a power loss only after {@link #force()}.
   *
   * @throws OutOfSpaceException if space ran out; any part of the range may have been written
   * @throws IOException if writing failed; any part of the range may have been written. Also if the file was opened for
   *   {@link Access#READ}: then nothing was
   */
  void write(ByteBuffer src, long position) throws IOException;

  /**
   * Maps a region of the file, which must lie within it, into memory that lives as long as {@code arena}. Closing this
   * file does not unmap it. The file must still have the name it was opened by: after a rename, open it anew. Memory
   * whose file is cut short or whose device fails faults when touched: callers only ever bulk-copy it.
   *
   * @throws UnsupportedOperationException if {@link Directory#canMap()} is false
   * @throws IllegalArgumentException if the region is not within the file
   * @throws IOException also if {@link Access#READ_WRITE} is asked for and the file was opened for {@link Access#READ}
   */
  MemorySegment map(Arena arena, long position, long length, Access access) throws IOException;

  /**
   * Makes the bytes written before this call, and the size needed to read them, durable ({@code fdatasync}). A failure
   * is final for what was written: the system may have dropped it, and a second call that succeeds proves nothing.
   * Errors may be reported to one caller only, so callers must not run two of these on one file at once.
   */
  void force() throws IOException;

  /**
   * Sets the size to {@code size} bytes. Durable after {@link #force()}.
   *
   * @throws IllegalArgumentException if {@code size} is above the present size
   * @throws IOException also if the file was opened for {@link Access#READ}
   */
  void truncate(long size) throws IOException;

  /** Closes the file, without making anything durable. Closing twice does nothing the second time. */
  @Override
  void close() throws IOException;
}
