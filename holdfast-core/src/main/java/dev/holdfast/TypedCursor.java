package dev.holdfast;

import java.time.Duration;
import java.time.Instant;

/**
 * Steps through the entries of a stream as a {@link RecordCursor} does through its records. An entry is decoded when it
 * is asked for, so one that cannot be decoded can be stepped over. Belongs to one thread at a time, except that
 * {@link #close()} may be called from any thread.
 *
 * @param <E> the entries
 */
public interface TypedCursor<E> extends AutoCloseable {

  /** Steps to the next entry, if there is one now; see {@link RecordCursor#next()}. */
  boolean next();

  /** Steps to the next entry, waiting for at most {@code timeout}; see {@link RecordCursor#next(Duration)}. */
  boolean next(Duration timeout);

  /** Returns the id of the entry stepped to. */
  long id();

  /**
   * Returns the entry stepped to.
   *
   * @throws EntryCodecException if its bytes are no entry
   */
  E value();

  /** Returns when it was appended, to the millisecond. */
  Instant time();

  /** Returns the id the next step is to deliver. */
  long nextId();

  /** Ends the cursor; a wait in another thread ends with a {@link WalClosedException}. */
  @Override
  void close();
}
