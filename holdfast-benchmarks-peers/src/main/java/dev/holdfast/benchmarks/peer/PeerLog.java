package dev.holdfast.benchmarks.peer;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One log of records, numbered from 0. Appends may come from many threads, of any kind, reads and syncs from one thread
 * at a time. What a library cannot do, as its {@link Peer#abilities()} say, throws
 * {@link UnsupportedOperationException}.
 */
public interface PeerLog extends Closeable {

  /** Appends a record; what the log was opened with is guaranteed when this returns. */
  void append(byte[] record) throws Exception;

  /** Appends records with what the library has for that, so that they cost one sync. */
  default void appendBatch(List<byte[]> records) throws Exception {
    throw new UnsupportedOperationException("batches");
  }

  /** Makes everything appended before as durable as the library can. */
  void sync() throws Exception;

  /**
   * Makes everything durable and, where a log prepares the space that it appends to, sees to it that there is some for
   * the next burst; not measured.
   *
   * @param record what may be appended for that
   */
  default void prepareForBurst(byte[] record) throws Exception {
    sync();
  }

  /** Reads all records from the first on and returns how many there were. */
  default long scan(Visitor visitor) throws Exception {
    throw new UnsupportedOperationException("scans");
  }

  /** Returns a copy of one record. */
  default byte[] get(long number) throws Exception {
    throw new UnsupportedOperationException("gets");
  }

  /** Returns a reader for what is appended from now on. */
  default Tail tail() throws Exception {
    throw new UnsupportedOperationException("tailing");
  }

  /** Is shown records. */
  @FunctionalInterface
  interface Visitor {

    /** Takes a record, from the buffer's position to its limit; it is the visitor's only until this returns. */
    void visit(ByteBuffer record);
  }

  /** Reads records as they come. Belongs to one thread at a time. */
  interface Tail extends Closeable {

    /** Returns the next record if there is one, else null, without waiting; it is the caller's until the next call. */
    @Nullable
    ByteBuffer poll() throws Exception;
  }
}
