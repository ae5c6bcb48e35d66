package dev.holdfast.internal.recordlog;

import dev.holdfast.internal.format.FileKind;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.LockOwner;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a record log is, what lies beside it, and how it is told from other files.
 *
 * @param directory its directory
 * @param name its name
 */
record RecordFile(Directory directory, String name) {
  /** The name hash in the header of a record log: no stream has the empty name. */
  static final long NAME_HASH = Names.hash("");
  private static final String LOCK = ".lock";
  private static final String OWNER = ".owner";
  private static final String REWRITE = ".rewrite";
  /** What a crash while the owner is noted leaves. */
  private static final String NOTE = OWNER + ".tmp";
  private static final ByteBuffer BEGINNING = new SegmentHeader(NAME_HASH, 0, 0, 1, 0, 0, 64).encode();
  private static final int MAGIC = 8;
  /** Magic, version and length: equal in all headers of this version. */
  private static final int VERSIONED = 16;
  /** Where the name hash is. */
  private static final int HASH = 24;

  RecordFile {
    Objects.requireNonNull(directory, "directory");
    Directory.requireName(name);
    for (var ending : List.of(LOCK, OWNER, REWRITE, NOTE)) {
      if (name.endsWith(ending)) {
        throw new IllegalArgumentException("name must not end in " + ending + ": '" + name + "'");
      }
    }
  }

  /** Returns what it is called in messages. */
  String label() {
    return directory.path().map(path -> path + "/" + name).orElse(name);
  }

  LogFile open(Access access) throws IOException {
    return directory.open(name, access);
  }

  boolean exists() throws IOException {
    return directory.exists(name);
  }

  /** Returns the name of the file that is prepared to replace it. */
  String rewrite() {
    return name + REWRITE;
  }

  Optional<DirectoryLock> lock() throws IOException {
    return directory.tryLock(name + LOCK, LockMode.EXCLUSIVE);
  }

  /** Returns whether somebody has it open for writing. */
  boolean hasWriter() throws IOException {
    return directory.isLocked(name + LOCK);
  }

  /** Notes who has the lock, which is held. */
  void noteOwner() throws IOException {
    if (directory.exists(name + NOTE)) {
      directory.delete(name + NOTE); // a left-over, or it would stay for ever
    }
    owner().write();
  }

  LockOwner owner() {
    return new LockOwner(directory, name + OWNER);
  }

  /**
   * Returns the header of the file, or null if it is damaged.
   *
   * @throws IllegalArgumentException if it is no record log
   * @throws dev.holdfast.UnsupportedFormatException if it is one of a newer version
   */
  @Nullable
  SegmentHeader readHeader(LogFile file) throws IOException {
    var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
    file.read(bytes, 0);
    bytes.flip();
    var other = FileKind.otherThanSegment(bytes);
    if (!other.isEmpty() || !(begins(bytes) || Watermark.isAtEndOf(file))) {
      throw notOne(other.isEmpty() ? "is" : "is " + other + ",");
    }
    var header = SegmentHeader.decode(bytes, name);
    if (header == null ? !mayBeOne(bytes, file) : header.nameHash() != NAME_HASH) {
      throw notOne("is a segment of a stream" + (header == null ? ", and damaged," : ","));
    }
    return header != null && isSize(header.reserved()) ? header : null;
  }

  private IllegalArgumentException notOne(String what) {
    return new IllegalArgumentException(label() + " " + what + " not a record log; it was left as it is");
  }

  /** Returns whether a file with a damaged header can be a record log: nothing says that it is something else. */
  private static boolean mayBeOne(ByteBuffer bytes, LogFile file) throws IOException {
    return bytes.limit() < SegmentHeader.SIZE || agree(bytes, HASH, HASH + Long.BYTES) || Watermark.isAtEndOf(file);
  }

  private static boolean isSize(long bytes) {
    return bytes >= 2 * Watermark.SIZE && bytes % Watermark.SIZE == 0;
  }

  /** Returns whether a file begins like one, even if it is damaged at one place. */
  private static boolean begins(ByteBuffer bytes) {
    var length = bytes.limit();
    return agree(bytes, 0, Math.min(length, MAGIC))
        || (length >= VERSIONED && agree(bytes, MAGIC, VERSIONED));
  }

  private static boolean agree(ByteBuffer bytes, int from, int to) {
    return bytes.slice(from, to - from).mismatch(BEGINNING.slice(from, to - from)) < 0;
  }
}
