package dev.holdfast.testkit;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** One handle of a file of a {@link SimulatedDisk}. */
final class SimulatedFile implements LogFile {
  private final SimulatedDisk disk;
  private final DirectoryNode directory;
  private final String name;
  private final String path;
  private final Access access;
  private final FileNode file;
  private boolean closed; // guarded by the lock of the disk

  /** Called under the lock of the disk. */
  SimulatedFile(SimulatedDisk disk, DirectoryNode directory, String name, String path, Access access, FileNode file) {
    this.disk = disk;
    this.directory = directory;
    this.name = name;
    this.path = path;
    this.access = access;
    this.file = file;
    file.opened();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() throws IOException {
    synchronized (disk.lock) {
      requireOpen();
      return file.size();
    }
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    requirePosition(position);
    disk.pauseBefore(OperationKind.READ, path, position, dst.remaining());
    synchronized (disk.lock) {
      requireOpen();
      Operation operation = disk.announce(OperationKind.READ, path, null, position, dst.remaining());
      disk.absorbStores(file, path);
      Effect effect = effectOn(operation);
      if (file.unreadable().touch(position, Math.min(dst.remaining(), file.size() - position))) {
        throw new IOException(path + ": Input/output error (simulated): unreadable sector in " + dst.remaining()
            + " bytes at " + position);
      }
      int start = dst.position();
      int length = file.read(dst, position);
      if (effect instanceof Effect.FlippedBit(long bit) && length > 0) {
        int at = start + (int) (bit / Byte.SIZE % length);
        dst.put(at, (byte) (dst.get(at) ^ 1 << bit % Byte.SIZE));
      }
      return length;
    }
  }

  /** Returns what a fault does to the operation; an error is thrown, unless something is written or forced before. */
  private @Nullable Effect effectOn(Operation operation) throws IOException {
    Fault fault = disk.faultFor(operation);
    Effect effect = fault == null ? null : fault.effect();
    boolean partial = operation.kind() == OperationKind.WRITE || operation.kind() == OperationKind.FORCE;
    if (effect instanceof Effect.Failure failure && !partial) {
      throw Fault.exception(operation, failure);
    }
    return effect;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    requirePosition(position);
    disk.pauseBefore(OperationKind.WRITE, path, position, src.remaining());
    synchronized (disk.lock) {
      requireWritable();
      if (!src.hasRemaining()) {
        return;
      }
      Operation operation = disk.announce(OperationKind.WRITE, path, null, position, src.remaining());
      disk.absorbStores(file, path);
      switch (effectOn(operation)) {
        case Effect.Pretence() -> src.position(src.limit());
        case Effect.Misdirection(long distance) -> misdirect(operation, src, position + distance);
        case Effect.Failure failure -> {
          writeWhatFits(operation, src, position, Math.min(src.remaining(), failure.bytesBefore()));
          throw Fault.exception(operation, failure);
        }
        case null, default -> writeWhatFits(operation, src, position, src.remaining());
      }
    }
  }

  private void writeWhatFits(Operation operation, ByteBuffer src, long position, long wanted)
      throws OutOfSpaceException {
    long fits = Math.max(0, Math.max(file.size(), file.size() + disk.freeSpace()) - position);
    write(operation, src, position, Math.min(wanted, fits));
    if (fits < wanted) {
      throw disk.outOfSpace(path);
    }
  }

  /** Writes what lies within the file, and takes the rest without a word. */
  private void misdirect(Operation operation, ByteBuffer src, long position) {
    int start = src.position();
    int skipped = Math.clamp(-position, 0, src.remaining());
    src.position(start + skipped);
    long inside = Math.clamp(file.size() - (position + skipped), 0L, src.remaining());
    write(operation, src, position + skipped, inside);
    src.position(src.limit());
  }

  /** Writes so many bytes, which fit on the disk. */
  private void write(Operation operation, ByteBuffer src, long position, long length) {
    if (length > 0) {
      long before = file.size();
      int limit = src.limit();
      src.limit(src.position() + (int) length);
      file.write(operation, src, position);
      src.limit(limit);
      disk.resized(file.size() - before);
    }
  }

  @Override
  public MemorySegment map(Arena arena, long position, long length, Access mapAccess) throws IOException {
    requirePosition(position);
    synchronized (disk.lock) {
      if (!disk.isMappable()) {
        throw new UnsupportedOperationException("map: " + path + " is on a simulated disk that cannot");
      }
      if (mapAccess == Access.READ_WRITE) {
        requireWritable();
      }
      requireOpen();
      if (length < 0 || position > file.size() - length) {
        throw new IllegalArgumentException(
            path + ": cannot map " + length + " bytes at " + position + " of a file of " + file.size() + " bytes");
      }
      if (!file.equals(directory.current().get(name))) {
        throw new FileSystemException(path, null, "Renamed, replaced or deleted since it was opened");
      }
      disk.absorbStores(file, path);
      disk.mapped(file, path);
      return file.map(arena, position, length, mapAccess);
    }
  }

  @Override
  public void force() throws IOException {
    disk.pauseBefore(OperationKind.FORCE, path, 0, 0);
    synchronized (disk.lock) {
      requireOpen();
      Operation operation = disk.announce(OperationKind.FORCE, path, null, 0, 0);
      disk.absorbStores(file, path);
      switch (effectOn(operation)) {
        case Effect.Pretence() -> {
          /* nothing becomes durable */ }
        case Effect.Failure failure -> {
          file.failForce(operation, failure.cache());
          throw Fault.exception(operation, failure);
        }
        case null, default -> file.force();
      }
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    requirePosition(size);
    disk.pauseBefore(OperationKind.TRUNCATE, path, 0, size);
    synchronized (disk.lock) {
      requireWritable();
      if (size > file.size()) {
        throw new IllegalArgumentException(path + ": cannot truncate " + file.size() + " bytes to " + size);
      }
      Operation operation = disk.perform(OperationKind.TRUNCATE, path, null, 0, size);
      disk.absorbStores(file, path);
      disk.resized(size - file.size());
      file.resize(operation, size);
    }
  }

  @Override
  public void close() {
    synchronized (disk.lock) {
      if (!closed) {
        closed = true;
        file.closed();
        if (!file.isReachable()) {
          disk.resized(-file.size());
        }
      }
    }
  }

  private void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException(path + ": negative position or size " + position);
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new ClosedFileException(path);
    }
    disk.requirePower(path);
  }

  private void requireWritable() throws IOException {
    requireOpen();
    if (access == Access.READ) {
      throw new IOException(path + ": was opened for reading only");
    }
  }

  @Override
  public String toString() {
    return "SimulatedFile[" + path + "]";
  }

  private static final class ClosedFileException extends ClosedChannelException {
    private static final long serialVersionUID = 1L;

    private final String path;

    ClosedFileException(String path) {
      this.path = path;
    }

    @Override
    public String getMessage() {
      return path + ": the file has been closed";
    }
  }
}
