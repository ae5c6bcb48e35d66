package dev.holdfast.internal.recordlog;

import dev.holdfast.CorruptionException;
import dev.holdfast.IdRange;
import dev.holdfast.RecordLog;
import dev.holdfast.RecordVisitor;
import dev.holdfast.ReplayMode;
import dev.holdfast.StorageFullException;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StateSlot;
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
 * A record log that is open for writing. Everything in its file is durable but, at times, the watermark. Appends are
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
  private StateSlot slot; // the one that counts; guarded by lock
  private boolean slotIsDurable; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile long nextId; // written under lock

  private WritableRecordLog(RecordFile where, Headers headers, DirectoryLock writersLock, LogFile file,
      SegmentHeader header, StateSlot slot, long offset, long nextId) {
    this.where = where;
    this.headers = headers;
    this.writersLock = writersLock;
    this.failStop = new FailStop(where.name());
    this.file = file;
    this.header = header;
    this.slot = slot;
    this.offset = offset;
    this.nextId = nextId;
  }

  /** Opens the log, whose lock is held. */
  static WritableRecordLog open(RecordFile where, Headers headers, DirectoryLock writersLock) throws IOException {
    where.directory().sync(); // that the former process has replaced the file may not be durable
    if (!where.exists()) {
      return take(where, headers, writersLock, Replacement.prepare(where, headers.first(), 0, _ -> {}));
    }
    var file = where.open(Access.READ_WRITE);
    try {
      var found = Found.in(where, file);
      if (found.isCorrupt()) {
        throw found.corruption();
      }
      var foundHeader = Objects.requireNonNull(found.header()); // or it would be corrupt
      var foundSlot = Objects.requireNonNull(found.slot());
      if (found.isSettled()) { // the slot may be in the cache alone: closing syncs it
        return new WritableRecordLog(where, headers, writersLock, file, foundHeader, foundSlot, found.endOffset(),
            found.end());
      }
      if (found.isTorn()) {
        Log.info(where.label() + ": an unfinished append behind its " + found.end() + " records is dropped");
      }
      var next = headers.next(foundHeader, found.endOffset());
      var replacement = Replacement.prepare(where, next, found.durableEnd(),
          copy(where, file, foundHeader, found.end()));
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
      // Only now: until here a power loss may bring back the former file, without what was not durable in it.
      var slot = vouch(where, replacement);
      return new WritableRecordLog(where, headers, writersLock, replacement.file(), replacement.header(), slot,
          replacement.offset(), replacement.nextId());
    } catch (IOException | RuntimeException | Error e) {
      replacement.close(e);
      throw e;
    }
  }

  private static StateSlot vouch(RecordFile where, Replacement replacement) throws IOException {
    if (replacement.slot().watermark() == replacement.nextId()) {
      return replacement.slot();
    }
    try {
      return Watermark.write(replacement.file(), replacement.header(), replacement.slot(), replacement.nextId());
    } catch (OutOfSpaceException e) {
      Log.debug("no space for the watermark of " + where.label(), e);
      return replacement.slot();
    }
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
        makeRoom(offset + records.size());
        write(records.frame(header.salt(), nextId));
        force();
        offset += records.size();
        nextId = ids.end();
        vouch();
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
      file.write(ByteBuffer.allocate(Frame.HEADER), offset);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
    force();
  }

  private void force() {
    try {
      file.force();
      slotIsDurable = true;
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** Says that everything is durable, which the record does not need any more: it never fails an append. */
  private void vouch() {
    slotIsDurable = false;
    try {
      slot = Watermark.write(file, header, slot, nextId);
    } catch (OutOfSpaceException e) {
      Log.debug("no space for the watermark of " + where.label(), e);
    } catch (IOException | RuntimeException e) {
      failStop.fail(e);
    }
  }

  // ---- growing

  /** Replaces the file by a larger one if it has no room for frames up to {@code needed}. */
  private void makeRoom(long needed) {
    if (needed <= Watermark.offset(header)) {
      return;
    }
    var replacement = prepare(needed);
    try {
      replacement.rename();
    } catch (OutOfSpaceException e) {
      throw notRenamed(replacement, e);
    } catch (IOException | RuntimeException | Error e) {
      replacement.close(e);
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
      return Replacement.prepare(where, headers.next(header, needed), nextId, copy(where, file, header, nextId));
    } catch (OutOfSpaceException e) {
      throw full(e);
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** A rename that reports a full disk has not happened if the former name is still there. */
  private RuntimeException notRenamed(Replacement replacement, OutOfSpaceException e) {
    try {
      if (replacement.isNotRenamed()) {
        replacement.discard(e);
        return full(e);
      }
    } catch (IOException | RuntimeException unknown) {
      e.addSuppressed(unknown);
    }
    replacement.close(e);
    return failed(e);
  }

  private void adopt(Replacement replacement) {
    var former = file;
    file = replacement.file();
    header = replacement.header();
    slot = replacement.slot();
    slotIsDurable = true;
    offset = replacement.offset();
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
      var own = where.open(Access.READ);
      try {
        return new Reading(own, headerOf(own), nextId);
      } catch (IOException | RuntimeException | Error e) {
        own.close();
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /** After a rename that failed nobody knows which of the two files this one is; its header does. */
  private SegmentHeader headerOf(LogFile own) throws IOException {
    SegmentHeader found;
    try {
      found = where.readHeader(own);
    } catch (IllegalArgumentException e) {
      throw new CorruptionException(where.name(), 0, 0, "something else has taken its place: " + e.getMessage());
    }
    if (found == null) {
      throw new CorruptionException(where.name(), 0, 0, "the header is damaged");
    }
    if (found.streamId() != header.streamId()) {
      throw new CorruptionException(where.name(), 0, 0, "another record log has taken its place");
    }
    return found;
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
      var problem = syncSlot();
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

  /** Makes the watermark durable, so that it vouches for the last record; returns what went wrong, if anything did. */
  private @Nullable Throwable syncSlot() {
    if (slotIsDurable || failStop.hasFailed()) {
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
