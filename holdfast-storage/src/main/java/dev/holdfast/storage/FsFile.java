package dev.holdfast.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A file of the file system. It works through an {@link AsynchronousFileChannel} whose operations run on the calling
 * thread: unlike a {@link FileChannel}, that one does not close itself when the thread is interrupted.
 */
final class FsFile implements LogFile {

  /** What the JDK copies at a time from or to a buffer on the heap; it keeps that much memory outside it per thread. */
  private static final int HEAP_BUFFER_WINDOW = 256 * 1024;

  private final Path path;
  private final String name;
  private final Access access;
  private final @Nullable Object fileKey;
  private final AsynchronousFileChannel channel;

  private FsFile(Path path, Access access, @Nullable Object fileKey, AsynchronousFileChannel channel) {
    this.path = path;
    this.name = String.valueOf(path.getFileName());
    this.access = access;
    this.fileKey = fileKey;
    this.channel = channel;
  }

  /** Opens an existing file. */
  static FsFile open(Path path, Access access) throws IOException {
    try {
      // Asked before opening: a pipe would block, and a directory can be opened but not read.
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new FileSystemException(path.toString(), null, "Not a regular file");
      }
      return new FsFile(path, access, attributes.fileKey(), openChannel(path, options(access)));
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  /** Creates an empty file, which must not exist yet. */
  static FsFile create(Path path, FileAttribute<?>... attributes) throws IOException {
    try {
      AsynchronousFileChannel channel = openChannel(path,
          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE), attributes);
      try {
        Object fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return new FsFile(path, Access.READ_WRITE, fileKey, channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  /** Opens a channel that interrupts do not close. */
  static AsynchronousFileChannel openChannel(Path path, Set<? extends OpenOption> options,
      FileAttribute<?>... attributes) throws IOException {
    return AsynchronousFileChannel.open(path, options, CallingThread.INSTANCE, attributes);
  }

  private static Set<OpenOption> options(Access access) {
    return access == Access.READ
        ? Set.of(StandardOpenOption.READ)
        : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() throws IOException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    requirePosition(position);
    int total = 0;
    int limit = dst.limit();
    try {
      do {
        dst.limit(window(dst, limit));
        int n = result(channel.read(dst, position + total));
        if (n < 0) {
          return total;
        }
        total += n;
      } while (dst.position() < limit);
      return total;
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    } finally {
      dst.limit(limit);
    }
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    requirePosition(position);
    requireWritable();
    long at = position;
    int limit = src.limit();
    try {
      do {
        src.limit(window(src, limit));
        int n = result(channel.write(src, at));
        if (n <= 0 && src.hasRemaining()) {
          throw new IOException("the system wrote nothing of " + src.remaining() + " bytes");
        }
        at += n;
      } while (src.position() < limit);
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    } finally {
      src.limit(limit);
    }
  }

  private static int window(ByteBuffer buffer, int limit) {
    return buffer.isDirect() ? limit : Math.min(limit, buffer.position() + HEAP_BUFFER_WINDOW);
  }

  /** The operation ran on this thread, so the future is done and there is no waiting that an interrupt could end. */
  private static int result(Future<Integer> done) throws IOException {
    if (done.state() == Future.State.SUCCESS) {
      return done.resultNow();
    }
    Throwable failure = done.exceptionNow();
    throw failure instanceof IOException e ? e : new IOException(failure.toString(), failure);
  }

  @Override
  public MemorySegment map(Arena arena, long position, long length, Access mapAccess) throws IOException {
    requirePosition(position);
    if (mapAccess == Access.READ_WRITE) {
      requireWritable();
    }
    long size = size();
    if (length < 0 || position > size - length) {
      throw new IllegalArgumentException(
          path + ": cannot map " + length + " bytes at " + position + " of a file of " + size + " bytes");
    }
    MapMode mode = mapAccess == Access.READ ? MapMode.READ_ONLY : MapMode.READ_WRITE;
    try {
      // An interrupt in the few microseconds between the system call and its return leaks that one mapping: the JDK drops
      // its address. Another thread cannot do it for us, as the arena may be confined to this one.
      return Uninterrupted.call(() -> {
        requireSameFile();
        try (FileChannel mappable = FileChannel.open(path, options(mapAccess))) {
          requireSameFile();
          return mappable.map(mode, position, length, arena);
        }
      });
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  /** Only a path can be opened for mapping, and by now it may name another file. */
  private void requireSameFile() throws IOException {
    try {
      if (Objects.equals(fileKey, Files.readAttributes(path, BasicFileAttributes.class).fileKey())) {
        return;
      }
    } catch (NoSuchFileException _) {
      // Renamed or deleted, as below.
    }
    throw new FileSystemException(path.toString(), null,
        "Renamed, replaced or deleted since it was opened; to map it, open it by its present name");
  }

  @Override
  public void force() throws IOException {
    try {
      Forcing.force(channel, false);
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    requirePosition(size);
    requireWritable();
    long present = size();
    if (size > present) {
      throw new IllegalArgumentException(path + ": cannot truncate " + present + " bytes to " + size);
    }
    try {
      channel.truncate(size);
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } catch (IOException e) {
      throw SystemErrors.of(path, e);
    }
  }

  private void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException(path + ": negative position or size " + position);
    }
  }

  private void requireWritable() throws IOException {
    if (access == Access.READ) {
      throw new IOException(path + ": was opened for reading only");
    }
  }

  @Override
  public String toString() {
    return "FsFile[" + path + "]";
  }

  /** Runs everything at once on the thread that asks. */
  private static final class CallingThread extends AbstractExecutorService {
    static final ExecutorService INSTANCE = new CallingThread();

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {
      throw new UnsupportedOperationException("shutdown");
    }

    @Override
    public List<Runnable> shutdownNow() {
      throw new UnsupportedOperationException("shutdownNow");
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
