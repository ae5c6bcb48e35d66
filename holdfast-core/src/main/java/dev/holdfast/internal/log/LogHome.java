package dev.holdfast.internal.log;

import dev.holdfast.CorruptionException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalLockedException;
import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.segment.LockOwner;
import dev.holdfast.internal.segment.ReadersLock;
import dev.holdfast.internal.stream.StreamHome;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The directory of a log: what is in it, how it is created, who has it. */
final class LogHome {
  private static final String FORMAT = "FORMAT";
  private static final String LOCK = "LOCK";
  private static final String OWNER = "LOCK.owner";
  private static final String READERS = "READERS";
  private static final String STREAMS = "streams";
  private static final String SYSTEM = "system";
  private static final String SNAPSHOTS = "snapshots";
  private static final List<String> DIRECTORIES = List.of(STREAMS, SYSTEM, SNAPSHOTS);
  private static final int MAX_SMALL_FILE = 1 << 16;
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Directory root;
  private final LockOwner owner;
  private final ReadersLock readers;

  LogHome(Directory root) {
    this.root = root;
    this.readers = new ReadersLock(root, READERS);
    this.owner = new LockOwner(root, OWNER);
  }

  /** Returns what the directory is called in messages. */
  String label() {
    return root.path().map(Object::toString).orElse("this directory");
  }

  // ---- locks

  /** Takes the writer's lock. */
  DirectoryLock lockForWriting() throws IOException {
    refuseSomethingElse();
    var lock = root.tryLock(LOCK, LockMode.EXCLUSIVE).orElseThrow(() -> new WalLockedException(
        "the log in " + label() + " is open for writing already, by " + owner.read() + "; one writer at a time"));
    try {
      owner.write();
      return lock;
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Returns what keeps readers out while their files become something else. */
  ReadersLock readers() {
    return readers;
  }

  /**
   * Keeps writers from overwriting files under this reader, as long as it is held; waits for one that is just renaming
   * some. A log made without the file has none, and then no writer overwrites any.
   */
  Optional<DirectoryLock> lockForReading() throws IOException {
    var deadline = System.nanoTime() + PATIENCE_NANOS;
    try {
      var lock = root.tryLock(READERS, LockMode.SHARED);
      while (lock.isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new IOException(READERS + " has been held by a writer for " + PATIENCE_NANOS / 1_000_000_000
              + " s, which takes it for moments only; is it stopped?");
        }
        pause();
        lock = root.tryLock(READERS, LockMode.SHARED);
      }
      return lock;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** An interrupt does not end the wait for the lock, and is kept. */
  private static void pause() {
    var interrupted = Thread.interrupted();
    LockSupport.parkNanos(PAUSE_NANOS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether somebody has the log open for writing. */
  boolean hasWriter() {
    try {
      return root.isLocked(LOCK);
    } catch (IOException e) {
      throw new WalIOException("cannot see whether the log in " + label() + " is open for writing: " + e.getMessage(),
          e);
    }
  }

  // ---- the directory

  /** Refuses a directory that has no FORMAT and holds anything that the creation of a log does not leave. */
  private void refuseSomethingElse() throws IOException {
    var names = root.list();
    if (names.contains(FORMAT)) {
      return;
    }
    var ours = Set.of(LOCK, OWNER, READERS, STREAMS, SYSTEM, SNAPSHOTS);
    for (var name : names) {
      if (!ours.contains(name) && !isTemporaryOf(name)) {
        throw new IllegalArgumentException(
            label() + " is not a log and is not empty: it has no FORMAT, but holds '" + name
                + "'; it was left as it is");
      }
    }
    if (names.contains(STREAMS) && !root.subdirectory(STREAMS).list().isEmpty()) {
      throw new IllegalArgumentException(
          label() + " has streams but no FORMAT: the file has been lost; restore it from a "
              + "copy; the directory was left as it is");
    }
  }

  private static boolean isTemporaryOf(String name) {
    return name.startsWith(FORMAT) || name.startsWith(OWNER);
  }

  /** Creates what is missing of a new log, durably, or checks what there is; called with the lock held. */
  void createOrCheck(Surroundings surroundings) throws IOException {
    if (!root.exists(FORMAT)) {
      createDirectories();
      writeFormat(LogFormat.ofNewLog(surroundings.newLogId().get(), surroundings.clock().millis()));
    }
    check();
  }

  /** Makes the names durable that an earlier process may have left in the page cache alone. */
  void syncNames() throws IOException {
    root.sync();
    streams().sync();
    if (hasSystemStreams()) {
      system().sync();
    }
  }

  /** Creates, durably, everything of a log but its FORMAT, without which there is none. */
  void createDirectories() throws IOException {
    for (var directory : DIRECTORIES) {
      if (!root.exists(directory)) {
        root.createSubdirectory(directory);
      }
    }
    if (!root.exists(READERS)) {
      root.create(READERS, 0).close();
    }
    root.sync();
  }

  /** Writes FORMAT, durably and whole. */
  void writeFormat(LogFormat format) throws IOException {
    var bytes = new byte[LogFormat.SIZE];
    format.encode().get(bytes);
    root.writeAtomically(FORMAT, bytes);
  }

  /** Returns what FORMAT says, or empty if there is none. */
  Optional<LogFormat> format() throws IOException {
    byte[] bytes;
    try {
      bytes = root.read(FORMAT, MAX_SMALL_FILE);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    var format = LogFormat.decode(bytes);
    if (format == null) {
      throw new CorruptionException(FORMAT, 0, 0,
          "the file is damaged; restore it from a copy, nothing was changed (" + label() + ")");
    }
    return Optional.of(format);
  }

  /** Returns what FORMAT says, if this is a log that this version can read. */
  LogFormat checkReadable() throws IOException {
    return format()
        .orElseThrow(() -> new IllegalArgumentException("there is no log in " + label() + ": it has no FORMAT"));
  }

  /** Checks that this is a log that may be written as one that is not sharded. */
  private void check() throws IOException {
    var format = checkReadable();
    if (format.isSharded()) {
      throw new IllegalArgumentException(label() + " is root " + format.rootIndex() + " of " + format.rootCount()
          + " of a sharded log with " + format.shardCount()
          + " shards: open it with ShardedWal.open and all of its roots, or for reading only");
    }
  }

  /** Removes what creations and deletions of streams have left; called with the lock held. */
  void removeLeftOvers() throws IOException {
    removeLeftOvers(streams());
    if (hasSystemStreams()) {
      removeLeftOvers(system());
    }
    removeOrphanedSnapshots();
  }

  /**
   * The snapshots of a stream are deleted after it, and a note says that they are to be: without it, snapshots whose
   * stream is not there are kept, because it may have been lost.
   */
  private void removeOrphanedSnapshots() throws IOException {
    if (!root.exists(SNAPSHOTS)) {
      return;
    }
    var snapshots = root.subdirectory(SNAPSHOTS);
    for (var note : snapshots.list()) {
      if (note.startsWith(StreamHome.DELETED)) {
        var name = note.substring(StreamHome.DELETED.length());
        if (!streams().exists(name)) {
          streams().sync(); // else the stream might come back, without its snapshots
          StreamHome.removeTree(snapshots, name);
          snapshots.sync();
        }
        snapshots.delete(note);
      }
    }
  }

  /** Notes, durably, that the snapshots of a stream go when it has gone; false if there are none. */
  boolean beginDeletingSnapshotsOf(String stream) throws IOException {
    var name = Names.encode(stream);
    if (!root.exists(SNAPSHOTS) || !root.subdirectory(SNAPSHOTS).exists(name)) {
      return false;
    }
    var snapshots = root.subdirectory(SNAPSHOTS);
    if (!snapshots.exists(StreamHome.DELETED + name)) {
      snapshots.createSubdirectory(StreamHome.DELETED + name);
    }
    snapshots.sync();
    return true;
  }

  /** Deletes the snapshots of a stream that has been deleted, durably: one of the same name must not find them. */
  void deleteSnapshotsOf(String stream) throws IOException {
    var snapshots = root.subdirectory(SNAPSHOTS);
    StreamHome.removeTree(snapshots, Names.encode(stream));
    snapshots.sync();
    snapshots.delete(StreamHome.DELETED + Names.encode(stream));
  }

  /**
   * Deletes the snapshots of a stream that is not there, if a note says that they are to be and deleting them failed.
   */
  void finishDeletingSnapshotsOf(String stream) throws IOException {
    var name = Names.encode(stream);
    if (!streams().exists(name) && root.exists(SNAPSHOTS)
        && root.subdirectory(SNAPSHOTS).exists(StreamHome.DELETED + name)) {
      deleteSnapshotsOf(stream);
    }
  }

  /** Returns the directory with the snapshots of a stream, if there is one. */
  Optional<Directory> snapshotsOf(String stream) throws IOException {
    var name = Names.encode(stream);
    if (!root.exists(SNAPSHOTS) || !root.subdirectory(SNAPSHOTS).exists(name)) {
      return Optional.empty();
    }
    return Optional.of(root.subdirectory(SNAPSHOTS).subdirectory(name));
  }

  /** Returns the directory with the snapshots of a stream, after creating it, durably, if there is none. */
  Directory createSnapshotsOf(String stream) throws IOException {
    if (!root.exists(SNAPSHOTS)) {
      root.createSubdirectory(SNAPSHOTS);
      root.sync();
    }
    var snapshots = root.subdirectory(SNAPSHOTS);
    var name = Names.encode(stream);
    if (!snapshots.exists(name)) {
      snapshots.createSubdirectory(name);
    }
    snapshots.sync(); // also one that a process before has created may have its name in the page cache only
    return snapshots.subdirectory(name);
  }

  private static void removeLeftOvers(Directory streams) throws IOException {
    var synced = false;
    for (var name : streams.list()) {
      if (name.startsWith(StreamHome.CREATING) || name.startsWith(StreamHome.DELETED)) {
        if (!synced) {
          streams.sync(); // a deletion must not become durable before the rename that justifies it
          synced = true;
        }
        StreamHome.removeTree(streams, name);
      }
    }
  }

  Directory streams() throws IOException {
    return root.subdirectory(STREAMS);
  }

  /** Returns whether there is any stream, finished or not. */
  boolean hasStreams() throws IOException {
    return root.exists(STREAMS) && !streams().list().isEmpty();
  }

  private boolean hasSystemStreams() throws IOException {
    return root.exists(SYSTEM) && !system().list().isEmpty();
  }

  /** Returns where the streams are that no user's name can reach. */
  Directory system() throws IOException {
    return root.subdirectory(SYSTEM);
  }

  /** Returns the names of the streams there are, sorted. */
  List<String> streamNames() throws IOException {
    return streams().list().stream().map(Names::decode).flatMap(Optional::stream).sorted().toList();
  }

  String labelOf(String stream) {
    return STREAMS + "/" + Names.encode(stream);
  }

  String labelOfSystem(String stream) {
    return SYSTEM + "/" + Names.encode(stream);
  }
}
