package dev.holdfast;

import dev.holdfast.internal.recordlog.OpenRecordLog;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A log in a single file, for small jobs such as a journal of settings: records are appended, each durable when the
 * append returns, and read back from the first one on. For anything with more than one stream, many megabytes, threads
 * that append at the same time, or records that are to be deleted there is {@link Wal}.
 *
 * {@snippet :
 * try (RecordLog settings = RecordLog.open(Path.of("settings.log"))) {
 *   settings.append("colour=blue".getBytes(UTF_8));
 *   settings.forEach((id, record) -> apply(record));
 * }
 * }
 *
 * <p>
 * Ids are consecutive and begin with 0. After any crash the file holds the records that were acknowledged, perhaps the
 * one that was being appended, and nothing else. It is filled with zeros ahead of need and replaced by one of twice the
 * size when it is full, which has its permissions; so for a moment both take up space. Beside it there are
 * {@code .lock} and {@code .owner}, with these endings behind its name, and at times {@code .rewrite} and
 * {@code .owner.tmp}.
 *
 * <p>
 * One process at a time may have it open for writing; read-only opens are allowed beside it: they see every record that
 * was acknowledged before they looked, and none that a power loss can still take away. With nobody writing they see
 * what opening for writing would keep, of which the last record or batch may be one that was never acknowledged and
 * that only such an opening makes durable. Safe for use by many threads; one appends at a time.
 */
public interface RecordLog extends AutoCloseable {
  /** The size over which a record is refused, in bytes. */
  int MAX_RECORD_SIZE = 16 << 20;
  /** The size over which a batch is refused, in bytes, 4 for each record included. */
  int MAX_BATCH_SIZE = 64 << 20;

  /**
   * Opens a record log for writing, creating it, and the directories above it, if need be. What a crash has left of a
   * record that was being appended is dropped.
   *
   * @throws WalLockedException if somebody has it open for writing
   * @throws IllegalArgumentException if the file is something else, or has several names (hard links); it is left
   *   untouched
   * @throws CorruptionException if records that were durable are damaged or missing; nothing was changed
   * @throws UnsupportedFormatException if it was written by a newer version
   * @throws StorageFullException if there is no space to create it, or a directory above it, or to replace what a crash
   *   has left
   * @throws WalIOException if storage fails
   */
  static RecordLog open(Path file) {
    try {
      var path = RecordLogPath.of(file);
      return open(FsDirectory.create(path.directory()), path.name());
    } catch (IOException e) {
      throw OpenRecordLog.failure(file.toString(), e);
    }
  }

  /**
   * Opens the record log {@code name} in a directory for writing, creating it if need be; see {@link #open(Path)}.
   *
   * @param name one path element that does not end in {@code .lock}, {@code .owner}, {@code .owner.tmp} or
   *   {@code .rewrite}
   */
  static RecordLog open(Directory directory, String name) {
    try {
      RecordLogPath.requireOnlyName(directory, name);
    } catch (IOException e) {
      throw OpenRecordLog.failure(name, e);
    }
    return OpenRecordLog.forWriting(directory, name);
  }

  /**
   * Opens a record log for reading. It never changes a byte, and may be done beside a writer, of this process or
   * another, by the name the writer uses; each call then sees all records acknowledged before it, and only durable
   * ones.
   *
   * @throws IllegalArgumentException if there is none, or the file is something else
   */
  static RecordLog openReadOnly(Path file) {
    try {
      var path = RecordLogPath.of(file);
      return openReadOnly(FsDirectory.open(path.directory()), path.name());
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no record log " + file, e);
    } catch (IOException e) {
      throw OpenRecordLog.failure(file.toString(), e);
    }
  }

  /** Opens the record log {@code name} in a directory for reading; see {@link #openReadOnly(Path)}. */
  static RecordLog openReadOnly(Directory directory, String name) {
    return OpenRecordLog.forReading(directory, name);
  }

  /**
   * Appends a record; it is durable when this returns.
   *
   * @return its id
   * @throws RecordTooLargeException if it is over {@link #MAX_RECORD_SIZE}
   * @throws StorageFullException if there is no space; nothing was appended, and later appends may succeed
   * @throws StreamFailedException if storage failed, now or before: nothing is appended any more, what is durable stays
   *   readable, and opening anew recovers
   * @throws WalClosedException if the log has been closed
   * @throws UnsupportedOperationException if it is open for reading
   */
  long append(byte[] record);

  /**
   * Appends several records that become durable together or not at all; see {@link #append}.
   *
   * @param records at most {@link #MAX_BATCH_SIZE} bytes, 4 for each record included
   * @return their ids; empty at {@link #nextId()} if the list is empty, and then nothing was written
   */
  IdRange appendBatch(List<byte[]> records);

  /**
   * Hands every record there is at the time of the call to {@code visitor}, in order. The visitor may use the log.
   *
   * @throws CorruptionException if records that were durable are damaged or missing, once those before them have been
   *   delivered; under {@link ReplayMode#STRICT} also if an unfinished append follows the last one
   * @throws WalIOException if the file cannot be read
   * @throws WalClosedException if the log has been closed
   */
  void replay(ReplayMode mode, RecordVisitor visitor);

  /** Replays with {@link ReplayMode#BEST_EFFORT_TAIL}: an unfinished append is no record. */
  default void forEach(RecordVisitor visitor) {
    replay(ReplayMode.BEST_EFFORT_TAIL, visitor);
  }

  /** Returns all records there are, as by {@link #forEach}; the position of each in the list is its id. */
  default List<byte[]> records() {
    var records = new ArrayList<byte[]>();
    forEach((_, payload) -> {
      var record = new byte[payload.remaining()];
      payload.get(record);
      records.add(record);
    });
    return records;
  }

  /** Returns the id after the last record: how many there are. Of a log open for reading, it reads it through. */
  long nextId();

  /**
   * Closes the log and lets go of the lock. Closing twice does nothing the second time. Replays under way go on.
   *
   * @throws StreamFailedException if storage fails; every record acknowledged is durable, and all is closed all the
   *   same
   */
  @Override
  void close();
}
