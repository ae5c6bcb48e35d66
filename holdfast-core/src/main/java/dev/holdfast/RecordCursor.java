package dev.holdfast;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/**
 * Steps through the records of a stream in the order of their ids, across segments. It sees records appended after it
 * was opened. Each record's checksum has been verified when it is delivered. Belongs to one thread at a time, except
 * that {@link #close()} may be called from any thread, and ends a wait.
 */
public interface RecordCursor extends AutoCloseable {

  /**
   * Steps to the next record, if one can be read now. Never waits for one to be appended.
   *
   * @return false if there is none at the moment; a later call may find one
   * @throws CorruptionException if the next record is damaged or missing
   * @throws CursorInvalidatedException if the next record has been truncated
   * @throws WalClosedException if the cursor or the log has been closed
   */
  boolean next();

  /**
   * Steps to the next record, waiting for it to be appended for at most {@code timeout}. An interrupt of the waiting
   * thread does not end the wait, and is kept.
   *
   * @return false if none came in time
   */
  boolean next(Duration timeout);

  /** Returns the id of the record stepped to. */
  long id();

  /** Returns its bytes, read-only, from position to limit. What the buffer holds after the next step is unspecified. */
  ByteBuffer payload();

  /** Returns a copy of its bytes. */
  byte[] copyPayload();

  /** Returns the number of its bytes. */
  int length();

  /**
   * Returns when it was appended, to the millisecond. Where records follow each other within microseconds, a thread
   * reads the clock for them: the time may be older by as long as that had to wait for a processor.
   */
  Instant time();

  /** Returns the id the next step is to deliver. */
  long nextId();

  /** Ends the cursor; a wait in another thread ends with a {@link WalClosedException}. */
  @Override
  void close();
}
