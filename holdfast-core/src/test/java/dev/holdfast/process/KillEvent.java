package dev.holdfast.process;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One thing that the writer process tells, in the order in which its threads told it. A message is written by one
 * system call, so a kill leaves whole ones.
 *
 * @param kind what happened
 * @param stream the number of the stream
 * @param writer the thread, for appends
 * @param operation its operation, for appends
 * @param count the number of records, for appends
 * @param first an id, by kind
 * @param second an id, by kind
 */
record KillEvent(Kind kind, int stream, int writer, int operation, int count, long first, long second) {
  static final int SIZE = 36;
  private static final List<Kind> KINDS = List.of(Kind.values());

  /** What happened. */
  enum Kind {
    /** The log is open: first id, next id. */
    OPENED,
    /** An append is about to begin. */
    APPENDING,
    /** An append was acknowledged: its first id. */
    APPENDED,
    /** A truncation from the front is about to begin: its id. */
    TRUNCATING_BEFORE,
    /** It is over: what went. */
    TRUNCATED_BEFORE,
    /** A truncation from the back is about to begin: its id. */
    TRUNCATING_FROM,
    /** It is over: what went. */
    TRUNCATED_FROM,
    /** A sync is over: the next id before it began. */
    SYNCED,
    /** The stream is about to be deleted. */
    DELETING,
    /** It is deleted. */
    DELETED,
    /** The log is about to be closed. */
    CLOSING,
    /** It is closed. */
    CLOSED,
    /** The disk reported an error, where the test has asked for such. */
    DISK_ERROR,
    /** Something happened that must not; standard error says what. */
    FAILED
  }

  static KillEvent append(Kind kind, int writer, int operation, int count, long id) {
    return new KillEvent(kind, 0, writer, operation, count, id, 0);
  }

  static KillEvent ids(Kind kind, long first, long second) {
    return new KillEvent(kind, 0, 0, 0, 0, first, second);
  }

  /** Returns the same of another stream. */
  KillEvent on(int other) {
    return new KillEvent(kind, other, writer, operation, count, first, second);
  }

  byte[] encode() {
    var bytes = new byte[SIZE];
    ByteBuffer.wrap(bytes).putInt(KINDS.indexOf(kind)).putInt(stream).putInt(writer).putInt(operation).putInt(count)
        .putLong(first)
        .putLong(second);
    return bytes;
  }

  /** Reads the next one; empty at the end. */
  static Optional<KillEvent> read(InputStream in) throws IOException {
    var bytes = new byte[SIZE];
    try {
      new DataInputStream(in).readFully(bytes);
    } catch (EOFException e) {
      return Optional.empty();
    }
    var buffer = ByteBuffer.wrap(bytes);
    return Optional.of(new KillEvent(KINDS.get(buffer.getInt()), buffer.getInt(), buffer.getInt(), buffer.getInt(),
        buffer.getInt(), buffer.getLong(), buffer.getLong()));
  }
}
