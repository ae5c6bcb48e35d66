package dev.holdfast;

import java.nio.ByteBuffer;

/**
 * Collects records in memory and appends them as one batch. Belongs to one thread at a time. Closed without a commit,
 * nothing is written.
 */
public interface TxnWriter extends AutoCloseable {

  /**
   * Adds a copy of {@code record}.
   *
   * @throws RecordTooLargeException if the record, or the batch with it, is over its limit; the batch stays as it was
   * @throws IllegalStateException if this writer has been committed or closed
   */
  void add(byte[] record);

  /** Adds a copy of the remaining bytes of {@code record}, whose position is moved to its limit. */
  void add(ByteBuffer record);

  /** Returns how many records have been added. */
  int size();

  /**
   * Appends what was added as one batch, as {@link LogStream#appendBatch} does.
   *
   * @return the ids, empty at the stream's next id if nothing was added
   */
  IdRange commit();

  /** Drops what was added, unless it has been committed. */
  @Override
  void close();
}
