package dev.holdfast.snapshot;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.SnapshotException;
import dev.holdfast.StorageFullException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.internal.log.LogParts;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.stream.EngineStream;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The snapshots of one stream's state, in the directory {@code snapshots} of its log. Each is a file that is written
 * under another name, synced and then renamed: it is there whole, or not at all. The same state at the same id gives
 * the same bytes. Safe for use by many threads; one at a time writes.
 *
 * <p>
 * Writing a snapshot truncates nothing: that is the business of {@link SnapshotPublisher}. Deleting a stream deletes
 * its snapshots.
 */
public final class SnapshotStore {
  private static final String TEMPORARY = "new.tmp";

  private final Wal wal;
  private final EngineStream stream;
  private final long maxSize;
  private final ReentrantLock writing;
  private final SnapshotReader reader;

  private SnapshotStore(Wal wal, EngineStream stream, long maxSize, ReentrantLock writing) {
    this.wal = wal;
    this.stream = stream;
    this.maxSize = maxSize;
    this.writing = writing;
    this.reader = new SnapshotReader(wal, stream.name(), maxSize);
  }

  /**
   * Returns the snapshots of a stream of {@code wal}. Nothing is created before the first one is written.
   *
   * @throws IllegalArgumentException if the stream is not one of {@code wal}
   */
  public static SnapshotStore of(Wal wal, LogStream stream) {
    return new SnapshotStore(Objects.requireNonNull(wal, "wal"),
        LogParts.engine(wal, Objects.requireNonNull(stream, "stream")), Long.MAX_VALUE,
        LogParts.snapshotLock(wal, stream.name()));
  }

  /**
   * Returns this with a limit: a larger state is neither written nor read.
   *
   * @param bytes at least 1
   */
  public SnapshotStore withMaxSize(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be at least 1, not " + bytes);
    }
    return new SnapshotStore(wal, stream, bytes, writing);
  }

  /** Returns the log. */
  Wal wal() {
    return wal;
  }

  /** Returns what is held while snapshots of the stream are written, deleted or published: by whomever of its log. */
  ReentrantLock lock() {
    return writing;
  }

  /** Returns the stream whose state this keeps. */
  public LogStream stream() {
    return stream;
  }

  /** Returns that stream, with what its users do not see. */
  EngineStream engine() {
    return stream;
  }

  // ---- looking

  /** Returns the snapshots there are, oldest first, by their names: whether they can be read is not looked at. */
  public List<SnapshotInfo> list() {
    try {
      var directory = directory();
      return directory.isPresent() ? list(directory.get()) : List.of();
    } catch (IOException e) {
      throw failure("cannot list", e);
    }
  }

  /** Returns the newest snapshot, by its name. */
  public Optional<SnapshotInfo> newest() {
    var all = list();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private static List<SnapshotInfo> list(Directory directory) throws IOException {
    var found = new ArrayList<SnapshotInfo>();
    for (var name : directory.list()) {
      var end = SnapshotName.endOf(name);
      if (end >= 0) {
        try (var file = directory.open(name, Access.READ)) {
          found.add(new SnapshotInfo(name, end, file.size()));
        } catch (NoSuchFileException e) {
          Log.debug("deleted meanwhile", e);
        }
      }
    }
    found.sort(Comparator.comparingLong(SnapshotInfo::end));
    return found;
  }

  private Optional<Directory> directory() throws IOException {
    return LogParts.snapshotsOf(wal, stream.name());
  }

  // ---- writing

  /**
   * Writes a snapshot, and returns when it is durable. What it covers is made durable first: a snapshot never knows of
   * records that a crash could take away.
   *
   * @param state has every record below {@code end}, and nothing else; must not change meanwhile
   * @param end from 0 to {@link LogStream#nextId()}
   * @throws SnapshotException if the codec fails, the state is over the limit, or the stream is cut below {@code end}
   *   meanwhile; nothing is left behind
   * @throws StorageFullException if there is no space; nothing is left behind, unless it was the directory that could
   *   not be synced
   * @throws WalIOException if anything else fails. If that was the sync of the directory, or the deletion of snapshots
   *   of other histories that end there too, the snapshot is there all the same, whole, and what it covers is durable:
   *   only its name may not be
   * @throws UnsupportedOperationException if the log is open for reading only
   */
  public <S> SnapshotInfo write(S state, long end, SnapshotCodec<S> codec) {
    requireEnd(end);
    return write(new Capture<>(state, end, lastRecord(end)), codec);
  }

  private void requireEnd(long end) {
    if (end < 0 || end > stream.nextId()) {
      throw new IllegalArgumentException("end must be from 0 to " + stream.nextId() + ", not " + end);
    }
  }

  /** Returns the last record below {@code end}; a damaged one is as good as none, what it did is in the state. */
  LastRecord lastRecord(long end) {
    try {
      return LastRecord.of(stream, end);
    } catch (CorruptionException e) {
      Log.warning("stream '" + stream.name() + "': a snapshot up to " + end + " cannot tell its history", e);
      return LastRecord.NONE;
    }
  }

  /** Writes a snapshot of a state whose last record is known: if the log has another one now, nothing is left. */
  <S> SnapshotInfo write(Capture<S> capture, SnapshotCodec<S> codec) {
    Objects.requireNonNull(codec, "codec");
    LogParts.requireWritable(wal);
    writing.lock(); // first: when the stream is looked at, nobody is deleting it with its snapshots
    try {
      requireEnd(capture.end());
      if (capture.end() > 0) {
        stream.awaitDurable(capture.end() - 1);
      }
      return write(capture, codec, LogParts.createSnapshotsOf(wal, stream.name()));
    } catch (IOException e) {
      throw failure("cannot write a snapshot", e);
    } finally {
      writing.unlock();
    }
  }

  private <S> SnapshotInfo write(Capture<S> capture, SnapshotCodec<S> codec, Directory directory)
      throws IOException {
    if (directory.exists(TEMPORARY)) {
      directory.delete(TEMPORARY); // left by a crash
    }
    var name = SnapshotName.of(capture.end(), capture.last());
    var file = directory.create(TEMPORARY, 0);
    long length;
    try {
      try (file) {
        length = writeInto(file, capture, codec);
        file.force();
      }
      requireUncut(capture);
      directory.rename(TEMPORARY, name);
      directory.sync();
    } catch (Throwable e) { // also what a codec throws without declaring it
      discard(directory, e);
      throw e;
    }
    var replaced = list(directory).stream().filter(other -> other.end() == capture.end() && !other.file().equals(name));
    delete(directory, replaced.toList()); // of other histories, or from when the last record was not there
    return new SnapshotInfo(name, capture.end(), SnapshotHeader.fileSize(length));
  }

  private void requireUncut(Capture<?> capture) {
    if (stream.nextId() < capture.end() || capture.last().differsFrom(lastRecord(capture.end()))) {
      throw new SnapshotException("stream '" + stream.name() + "' was cut below " + capture.end()
          + " while a snapshot of its state was written");
    }
  }

  private <S> long writeInto(LogFile file, Capture<S> capture, SnapshotCodec<S> codec) throws IOException {
    var end = capture.end();
    var out = new SnapshotOutput(file, end, maxSize);
    try {
      encode(capture.state(), codec, out);
      out.finish();
    } catch (StateTooLargeException | CodecFailure e) {
      throw new SnapshotException("stream '" + stream.name() + "': the state at " + end + " cannot be written: "
          + e.getMessage(), e);
    }
    var header = new SnapshotHeader(Names.hash(stream.name()), end, out.length(), capture.last().isThere(),
        capture.last().payload());
    file.write(header.encode(), 0);
    return out.length();
  }

  /** What went wrong with the file goes first, whatever the codec has made of it. */
  private static <S> void encode(S state, SnapshotCodec<S> codec, SnapshotOutput out)
      throws IOException, CodecFailure {
    try {
      codec.write(state, out);
    } catch (Exception e) { // also one that is not declared
      out.checkWritten();
      throw new CodecFailure(e);
    }
    out.checkWritten();
  }

  /** A codec has failed by itself. */
  private static final class CodecFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CodecFailure(Exception cause) {
      super(String.valueOf(cause.getMessage()), cause);
    }
  }

  private static void discard(Directory directory, Throwable cause) {
    try {
      if (directory.exists(TEMPORARY)) {
        directory.delete(TEMPORARY);
      }
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Deletes all but the newest snapshots. A crash may leave some of those that went.
   *
   * @param newest how many stay, at least 1
   * @return those that went
   * @throws WalIOException if the names of those that stay cannot be made durable, then nothing has gone, or if one
   *   cannot be deleted
   * @throws UnsupportedOperationException if the log is open for reading only
   */
  public List<SnapshotInfo> keep(int newest) {
    if (newest < 1) {
      throw new IllegalArgumentException("newest must be at least 1, not " + newest);
    }
    writing.lock();
    try {
      LogParts.requireWritable(wal);
      var all = list();
      var old = List.copyOf(all.subList(0, Math.max(0, all.size() - newest)));
      if (!old.isEmpty()) {
        var directory = directory().orElseThrow();
        directory.sync(); // the name of what replaces them may not be durable: syncing it may have failed
        for (var snapshot : old) {
          directory.delete(snapshot.file());
        }
      }
      return old;
    } catch (IOException e) {
      throw failure("cannot delete an old snapshot", e);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Deletes those that are of no use beside a snapshot that is durable: of a history that the log has not got any more,
   * or known to be unreadable. Durably: once the log is truncated nothing tells the former from any other.
   *
   * @param durable of the history that the log has; stays
   * @param unreadable these, if they are still there; others that cannot be read stay
   * @return those that went
   */
  List<SnapshotInfo> deleteUseless(SnapshotInfo durable, Collection<SnapshotInfo> unreadable) {
    writing.lock();
    try {
      var useless = list().stream().filter(other -> !other.file().equals(durable.file()))
          .filter(other -> unreadable.contains(other) || isOfAnotherHistory(other)).toList();
      if (!useless.isEmpty()) {
        delete(directory().orElseThrow(), useless);
      }
      return useless;
    } catch (IOException e) {
      throw failure("cannot delete a snapshot that is of no use", e);
    } finally {
      writing.unlock();
    }
  }

  private boolean isOfAnotherHistory(SnapshotInfo snapshot) {
    try {
      return !agrees(snapshot, lastRecord(snapshot.end()));
    } catch (SnapshotException | UnsupportedFormatException e) {
      Log.debug("it cannot be read, so nothing is known of its history", e);
      return false;
    }
  }

  /** Deletes snapshots, durably. */
  private static void delete(Directory directory, List<SnapshotInfo> snapshots) throws IOException {
    for (var snapshot : snapshots) {
      directory.delete(snapshot.file());
    }
    if (!snapshots.isEmpty()) {
      directory.sync();
    }
  }

  /**
   * Deletes a snapshot, whatever it is needed for; nothing happens if it is gone already.
   *
   * @throws UnsupportedOperationException if the log is open for reading only
   */
  public void delete(SnapshotInfo snapshot) {
    writing.lock();
    try {
      LogParts.requireWritable(wal);
      var directory = directory();
      if (directory.isPresent() && directory.get().exists(snapshot.file())) {
        delete(directory.get(), List.of(snapshot));
      }
    } catch (IOException e) {
      throw failure("cannot delete a snapshot", e);
    } finally {
      writing.unlock();
    }
  }

  // ---- reading

  /**
   * Reads a snapshot. Nothing that has not been verified is handed to the codec, and no length in the file makes for an
   * allocation.
   *
   * @throws SnapshotException if it is damaged, is no snapshot, belongs to another stream, is over the limit, or if the
   *   codec fails
   * @throws dev.holdfast.UnsupportedFormatException if a newer version wrote it
   */
  public <S> S read(SnapshotInfo snapshot, SnapshotCodec<S> codec) {
    return reader.read(snapshot, codec);
  }

  /** Reads a snapshot through without decoding it. Throws as {@link #read} does. */
  public void verify(SnapshotInfo snapshot) {
    reader.verify(snapshot);
  }

  /** Returns whether a snapshot may be of the history that the log has: whose last record there is {@code last}. */
  boolean agrees(SnapshotInfo snapshot, LastRecord last) {
    return reader.agrees(snapshot, last);
  }

  private RuntimeException failure(String what, IOException e) {
    var message = "stream '" + stream.name() + "': " + what + ": " + e.getMessage();
    return e instanceof OutOfSpaceException ? new StorageFullException(message, e) : new WalIOException(message, e);
  }
}
