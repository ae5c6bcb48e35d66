package dev.holdfast.internal.log;

import dev.holdfast.LogStream;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.stream.EngineStream;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The parts of a log that its users do not see, for the packages that stand upon it. */
public final class LogParts {
  private LogParts() {}

  private static LogCore<?> of(Wal wal) {
    if (wal instanceof LogCore<?> core) {
      return core;
    }
    throw new IllegalArgumentException("wal must be a log opened by Wal.open, not a " + wal.getClass().getName());
  }

  /**
   * Returns a stream of this log, with what its users do not see of it.
   *
   * @throws IllegalArgumentException if it is none of this log, or has been deleted
   */
  @SuppressWarnings("ReferenceEquality") // a stream created again under the name is another one
  public static EngineStream engine(Wal wal, LogStream stream) {
    var opened = of(wal).streams.get(stream.name());
    if (opened == null || opened.stream() != stream) {
      throw new IllegalArgumentException("stream: '" + stream.name() + "' is no stream of this log");
    }
    return opened.stream();
  }

  /**
   * Throws unless what belongs to the log may be changed.
   *
   * @throws dev.holdfast.WalClosedException if the log is closed
   * @throws UnsupportedOperationException if it is open for reading only
   */
  public static void requireWritable(Wal wal) {
    var log = of(wal);
    log.checkOpen();
    if (log instanceof ReadOnlyLog) {
      throw new UnsupportedOperationException("the snapshots of a log that is open for reading only are only read");
    }
  }

  /** Returns the stream of the system with this name, opened with these options by whoever asks first. */
  public static EngineStream systemStream(Wal wal, String name, WalOptions options) {
    return of(wal).systemStream(name, options);
  }

  /** Returns whether there is a stream of the system with this name. */
  public static boolean hasSystemStream(Wal wal, String name) throws IOException {
    return of(wal).roots.first().system().exists(Names.encode(name));
  }

  /** Returns the options that the log was opened with. */
  public static WalOptions options(Wal wal) {
    return of(wal).options;
  }

  /** Returns the lock of those who write, delete or publish snapshots of a stream, the same for all of them. */
  public static ReentrantLock snapshotLock(Wal wal, String stream) {
    return of(wal).snapshotLocks.computeIfAbsent(stream, _ -> new ReentrantLock());
  }

  /** Returns the directory with the snapshots of a stream, if there is one. */
  public static Optional<Directory> snapshotsOf(Wal wal, String stream) throws IOException {
    return of(wal).roots.of(stream).snapshotsOf(stream);
  }

  /** Returns the directory with the snapshots of a stream, after creating it, durably, if there is none. */
  public static Directory createSnapshotsOf(Wal wal, String stream) throws IOException {
    var log = of(wal);
    log.context.names().awaitDurable(); // a snapshot is not durable in a directory whose name is not
    return log.roots.of(stream).createSnapshotsOf(stream);
  }
}
