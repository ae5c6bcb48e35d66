package dev.holdfast;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A named, independent sequence of records. Safe for use by many threads.
 *
 * <p>
 * Ids are consecutive from 0. An interrupt of a calling thread neither fails nor shortens an operation, and is kept.
 *
 * <p>
 * Every method may throw {@link WalClosedException} after the log was closed, {@link StreamNotFoundException} after the
 * stream was deleted, and {@link WalIOException} when storage fails; those that append may throw
 * {@link StorageFullException} (nothing was kept; try again when there is space) and {@link StreamFailedException} (the
 * outcome is decided by the next open). Those that change anything throw {@link UnsupportedOperationException} in a log
 * that is open for reading only.
 */
public interface LogStream {

  /** Returns the name. */
  String name();

  /**
   * Appends one record, and returns once it is kept as the sync policy promises.
   *
   * @param record from 0 bytes to {@link WalOptions#maxRecordSize()}
   * @return its id
   * @throws RecordTooLargeException if it is over the limit
   */
  long append(byte[] record);

  /** Appends {@code length} bytes of {@code source} from {@code offset} on as one record. */
  long append(byte[] source, int offset, int length);

  /** Appends the remaining bytes of {@code record}, whose position is moved to its limit. */
  long append(ByteBuffer record);

  /**
   * Appends one record without waiting for it to be kept. The bytes are copied before this returns; ids follow the
   * order of the calls; if the staging area is full the call waits for room. The future completes on
   * {@link WalOptions#completionExecutor()}, with the id once the record is kept as the sync policy promises, or with
   * the exception that {@link #append(byte[])} would throw. Where the policy promises no more than what has been done
   * when this returns, it may be complete already then.
   */
  CompletableFuture<Long> appendAsync(byte[] record);

  /** Like {@link #appendAsync(byte[])}, of a part of an array. */
  CompletableFuture<Long> appendAsync(byte[] source, int offset, int length);

  /** Like {@link #appendAsync(byte[])}, of the remaining bytes of a buffer, whose position is moved to its limit. */
  CompletableFuture<Long> appendAsync(ByteBuffer record);

  /**
   * Appends several records that become visible and durable together or not at all.
   *
   * @param records at most {@link WalOptions#maxBatchSize()} bytes, 4 for each record included
   * @return their ids; empty at {@link #nextId()} if the list is empty, and then nothing was written
   * @throws RecordTooLargeException if one of them or all together are over the limit
   */
  IdRange appendBatch(List<byte[]> records);

  /** Like {@link #appendBatch}, without waiting, as {@link #appendAsync(byte[])}. */
  CompletableFuture<IdRange> appendBatchAsync(List<byte[]> records);

  /** Returns a writer that collects records and appends them as one batch. */
  TxnWriter txn();

  /**
   * Returns a copy of one record.
   *
   * @param id at least 0
   * @return empty if the id has not been written yet or has been truncated
   * @throws CorruptionException if the record is damaged or missing
   */
  Optional<byte[]> get(long id);

  /** Hands one record to {@code visitor}; returns false, without calling it, if there is none of this id. */
  boolean get(long id, RecordVisitor visitor);

  /** Returns copies of several records, in the order asked; each as {@link #get(long)}. */
  List<Optional<byte[]>> getAll(long... ids);

  /** Hands several records to {@code visitor} in the order asked, leaving out those there are not; returns how many. */
  int getAll(long[] ids, RecordVisitor visitor);

  /**
   * Returns a cursor whose first step delivers record {@code fromId}, or the first one there is if that has been
   * truncated.
   *
   * @param fromId at least 0; may be beyond the end
   */
  RecordCursor read(long fromId);

  /**
   * The same as {@link #read}, for programs that follow the end with {@link RecordCursor#next(java.time.Duration)}. As
   * long as it has delivered nothing it goes on at the first record there is, also if {@code fromId} has come and been
   * truncated meanwhile; a program that must not miss that compares the first id delivered.
   */
  RecordCursor tail(long fromId);

  /** Returns the records from {@code fromId} to the present end as a stream, which must be closed. */
  Stream<LogRecord> records(long fromId);

  /**
   * Makes everything appended before this call durable.
   *
   * @throws StreamFailedException if that fails; it will not be tried again
   */
  void sync();

  /** Waits until every record up to and including {@code id} is durable, syncing if need be. */
  void awaitDurable(long id);

  /** Returns the id of the first record there is, or {@link #nextId()} if there is none. */
  long firstId();

  /** Returns the id after the last record that readers see now. */
  long nextId();

  /**
   * Returns the id below which every record is known to be on stable storage; at most {@link #nextId()}. It moves with
   * each sync of the stream that appends, callers or the policy ask for, not with those of segments that are sealed.
   */
  long durableEnd();

  /**
   * Deletes the segments all of whose records are below {@code id}; never the last one. Readers in flight are safe. At
   * most two of the files are kept to become the next segments, until the log is closed, if space is prepared and
   * nobody has the log open for reading only. May take 200 ms longer while another process has.
   *
   * @param id at least 0 and at most {@link #nextId()}
   * @return the ids that went
   */
  IdRange truncateBefore(long id);

  /**
   * Deletes the records from {@code id} on; the next append gets that id. Atomic: a crash leaves either all of them or
   * none.
   *
   * @param id from {@link #firstId()} to {@link #nextId()}
   * @return the ids that went
   */
  IdRange truncateFrom(long id);

  /** Returns the segments, oldest first. */
  List<SegmentInfo> segments();

  /** Returns figures. */
  StreamStats stats();

  /** Returns what opening this stream found. */
  RecoveryReport recovery();
}
