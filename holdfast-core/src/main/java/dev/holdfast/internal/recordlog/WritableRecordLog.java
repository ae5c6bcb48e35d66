package dev.holdfast.internal.recordlog;

import dev.holdfast.IdRange;
import dev.holdfast.RecordLog;
import dev.holdfast.RecordVisitor;
import dev.holdfast.ReplayMode;
import dev.holdfast.StorageFullException;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A record log that is open for writing. Everything in its file is durable but, at times, the last mark. Appends are
 * made one at a time under a lock; a replay only begins under it, and reads through a file of its own.
 */
final class WritableRecordLog implements RecordLog {
  private final RecordFile where;
  private final Headers headers;
  private final DirectoryLock writersLock;
  private final FailStop failStop;
  private final ReentrantLock lock = new ReentrantLock();

  private LogFile file; // guarded by lock
  private SegmentHeader header; // guarded by lock
  private long offset; // of the end of the last record's frame; guarded by lock
  private boolean markIsDurable = true; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile long nextId; // written under lock

  private WritableRecordLog(RecordFile where, Headers headers, DirectoryLock writersLock, LogFile file,
      SegmentHeader header, long offset, long nextId) {
    this.where = where;
    this.headers = headers;
    this.writersLock = writersLock;
    this.failStop = new FailStop(where.name());
    this.file = file;
    this.header = header;
    this.offset = offset;
    this.nextId = nextId;
  }

  /** Opens the log, whose lock is held. */
  static WritableRecordLog open(RecordFile where, Headers headers, DirectoryLock writersLock) throws IOException {
    where.directory().sync(); // that the former process has replaced the file may not be durable
    if (!where.exists()) {
      return take(where, headers, writersLock, Replacement.prepare(where, headers.first(), _ -> {}));
    }
    var file = where.open(Access.READ_WRITE);
    try {
      var found = Found.in(where, file);
      if (found.isCorrupt()) {
        throw found.corruption();
      }
      var foundHeader = Objects.requireNonNull(found.header()); // or it would be corrupt
      if (found.isSettled()) {
        return new WritableRecordLog(where, headers, writersLock, file, foundHeader, found.endOffset(), found.end());
      }
      if (found.isTorn()) {
        Log.info(where.label() + ": an unfinished append behind its " + found.end() + " records is dropped");
      }
      var next = headers.next(foundHeader, found.endOffset() + Frame.HEADER);
      var replacement = Replacement.prepare(where, next, copy(where, file, foundHeader, found.end()));
      file.close();
      return take(where, headers, writersLock, replacement);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static WritableRecordLog take(RecordFile where, Headers headers, DirectoryLock writersLock,
      Replacement replacement) throws IOException {
    try {
      replacement.rename();
      where.directory().sync();
    } catch (IOException | RuntimeException | Error e) {
      replacement.file().close(); // under which name it is nobody knows; all of it is durable
      throw e;
    }
    return new WritableRecordLog(where, headers, writersLock, replacement.file(), replacement.header(),
        replacement.offset(), replacement.nextId());
  }

  private static Replacement.Content copy(RecordFile where, LogFile from, SegmentHeader header, long end) {
    return replacement -> new Walk(where, from, header).frames(end, replacement::copy);
  }

  // ---- appending

  @Override
  public long append(byte[] record) {
    return append(Encoding.ofRecord(record)).start();
  }

  @Override
  public IdRange appendBatch(List<byte[]> records) {
    return append(Encoding.ofBatch(records));
  }

  private IdRange append(Encoding records) {
    lock.lock();
    try {
      checkOpen();
      failStop.check();
      var ids = new IdRange(nextId, nextId + records.records().size());
      if (!ids.isEmpty()) {
        makeRoom(offset + records.size() + Frame.HEADER);
        write(records.frame(header.salt(), nextId));
        force();
        offset += records.size();
        nextId = ids.end();
        mark();
      }
      return ids;
    } finally {
      lock.unlock();
    }
  }

  private void write(ByteBuffer frame) {
    try {
      file.write(frame, offset);
    } catch (OutOfSpaceException e) {
      erase();
      throw full(e);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** Sees to it that what was written of a frame never continues the log: the record is not there, for good. */
  private void erase() {
    try {
      file.write(Frame.mark(header.salt(), nextId), offset);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
    force();
  }

  private void force() {
    try {
      file.force();
      markIsDurable = true;
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** Says that everything is durable, which the record does not need any more: it never fails an append. */
  private void mark() {
    markIsDurable = false;
    try {
      file.write(Frame.mark(header.salt(), nextId), offset);
    } catch (OutOfSpaceException e) {
      Log.debug("no space to mark the end of " + where.label(), e);
    } catch (IOException | RuntimeException e) {
      failStop.fail(e);
    }
  }

  // ---- growing

  /** Replaces the file by a larger one if it is smaller than {@code needed} bytes. */
  private void makeRoom(long needed) {
    if (needed <= header.reserved()) {
      return;
    }
    var replacement = prepare(needed);
    try {
      replacement.rename();
    } catch (OutOfSpaceException e) {
      throw notRenamed(replacement, e);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
    adopt(replacement);
    try {
      where.directory().sync();
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  private Replacement prepare(long needed) {
    try {
      return Replacement.prepare(where, headers.next(header, needed), copy(where, file, header, nextId));
    } catch (OutOfSpaceException e) {
      throw full(e);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** A rename that reports a full disk has not happened if the former name is still there. */
  private RuntimeException notRenamed(Replacement replacement, OutOfSpaceException e) {
    try {
      if (!replacement.isNotRenamed()) {
        return failed(e);
      }
    } catch (IOException | RuntimeException unknown) {
      e.addSuppressed(unknown);
      return failed(e);
    }
    replacement.discard(e);
    return full(e);
  }

  private void adopt(Replacement replacement) {
    var former = file;
    file = replacement.file();
    header = replacement.header();
    offset = replacement.offset();
    markIsDurable = true;
    try {
      former.close();
    } catch (IOException e) {
      Log.debug("the replaced file of " + where.label() + " could not be closed", e);
    }
  }

  private StorageFullException full(OutOfSpaceException e) {
    return new StorageFullException("no space to append to " + where.label() + ": " + e.getMessage(), e);
  }

  private RuntimeException failed(Throwable e) {
    failStop.fail(e);
    return failStop.exception();
  }

  // ---- reading

  @Override
  public long nextId() {
    lock.lock();
    try {
      checkOpen();
      return nextId;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void replay(ReplayMode mode, RecordVisitor visitor) {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(visitor, "visitor");
    try {
      var reading = beginReading();
      try (var own = reading.file()) {
        new Walk(where, own, reading.header()).records(reading.end(), visitor);
      }
    } catch (IOException e) {
      throw new WalIOException("cannot read " + where.label() + ": " + e.getMessage(), e);
    }
  }

  /** What a replay reads: the file may be replaced meanwhile. */
  private record Reading(LogFile file, SegmentHeader header, long end) {}

  private Reading beginReading() throws IOException {
    lock.lock();
    try {
      checkOpen();
      return new Reading(where.open(Access.READ), header, nextId);
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new WalClosedException("the record log " + where.label() + " is closed");
    }
  }

  // ---- closing

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      var problem = syncMark();
      problem = close(file, problem);
      problem = close(writersLock, problem);
      if (problem != null) {
        throw failed(problem);
      }
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable Throwable close(Closeable resource, @Nullable Throwable problem) {
    try {
      resource.close();
      return problem;
    } catch (IOException | RuntimeException | Error e) { // whatever it is, the rest must not stay open
      return problem == null ? e : problem;
    }
  }

  /** Makes the last mark durable, so that it vouches for the last record; returns what went wrong, if anything did. */
  private @Nullable Throwable syncMark() {
    if (markIsDurable || failStop.hasFailed()) {
      return null;
    }
    try {
      file.force();
      return null;
    } catch (IOException | RuntimeException | Error e) {
      return e;
    }
  }
}
