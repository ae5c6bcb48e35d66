package dev.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the file system. Safe for use by many threads; holds no open file itself, so there is nothing to
 * close.
 */
public final class FsDirectory implements Directory {

  private static final int ZERO_FILL_STEP = 256 * 1024;

  /** How much of a new file may be dirty at a time: a large burst of writeback delays everybody else's syncs. */
  private static final long ZERO_FILL_DIRTY_LIMIT = 4 * 1024 * 1024;

  /** The same while there is time: what a sync of somebody else may have to wait behind. */
  private static final long ZERO_FILL_DIRTY_LIMIT_PAUSING = 1024 * 1024;

  /** The types of file system known to overwrite in place. Not XFS: files may share blocks with copies (reflinks). */
  private static final Set<String> IN_PLACE = Set.of("ext2", "ext3", "ext4", "tmpfs");

  private final Path path;
  private volatile boolean nameIsDurable = true; // as far as this object has to see to it

  private FsDirectory(Path path) {
    this.path = path;
  }

  /**
   * Opens an existing directory.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws NotDirectoryException if it is something else
   */
  public static FsDirectory open(Path path) throws IOException {
    Path real = path.toRealPath();
    if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(real.toString());
    }
    return new FsDirectory(real);
  }

  /**
   * Opens a directory, after creating it and those above it where they are missing. The names of the new ones are
   * durable when this returns; that of one that was there already, whose creator may have died before syncing it, is
   * when the object returned has been synced for the first time.
   */
  public static FsDirectory create(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Deque<Path> missing = new ArrayDeque<>();
    for (Path p = absolute; p != null && !Files.exists(p); p = p.getParent()) {
      missing.push(p);
    }
    boolean existed = missing.isEmpty();
    for (Path p : missing) {
      try {
        Files.createDirectory(p);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(p)) {
          throw e;
        }
      } catch (IOException e) {
        throw SystemErrors.of(p, e);
      }
      syncParent(p);
    }
    FsDirectory directory = open(absolute);
    directory.nameIsDurable = !existed;
    return directory;
  }

  private static void syncParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  /**
   * Makes the names in a directory durable. Once XFS has stopped, because its disk failed, it reports the sync of a
   * directory as done though it has thrown away what it was to write. Opening one it refuses then.
   */
  private static void sync(Path directory) throws IOException {
    try (AsynchronousFileChannel channel = FsFile.openChannel(directory, Set.of(StandardOpenOption.READ))) {
      Forcing.force(channel, true);
      FsFile.openChannel(directory, Set.of(StandardOpenOption.READ)).close();
    } catch (IOException e) {
      throw SystemErrors.of(directory, e);
    }
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw SystemErrors.of(path, Objects.requireNonNull(e.getCause()));
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public boolean exists(String name) throws IOException {
    try {
      Files.readAttributes(resolve(name), BasicFileAttributes.class);
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  @Override
  public Directory subdirectory(String name) throws IOException {
    Path child = resolve(name);
    if (!Files.readAttributes(child, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(child.toString());
    }
    return new FsDirectory(child);
  }

  @Override
  public Directory createSubdirectory(String name) throws IOException {
    Path child = resolve(name);
    try {
      Files.createDirectory(child);
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
    return new FsDirectory(child);
  }

  @Override
  public LogFile create(String name, long size) throws IOException {
    Path child = resolve(name);
    requireSize(size);
    return filled(FsFile.create(child), child, size, _ -> {}, null);
  }

  @Override
  public LogFile create(String name, long size, LongConsumer pause) throws IOException {
    Path child = resolve(name);
    requireSize(size);
    return filled(FsFile.create(child), child, size, _ -> {}, pause);
  }

  /**
   * {@inheritDoc} Permissions are kept, owner and group if this process may set them; access control lists and other
   * extended attributes are not.
   */
  @Override
  public LogFile createLike(String model, String name, long size) throws IOException {
    Path child = resolve(name);
    requireSize(size);
    FileRights rights;
    try {
      rights = FileRights.of(resolve(model));
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
    return filled(FsFile.create(child, rights.forCreation()), child, size, rights::giveTo, null);
  }

  private static void requireSize(long size) {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
  }

  /** What is done to a new file before anything is in it. */
  private interface Preparation {
    void prepare(Path path) throws IOException;
  }

  private static LogFile filled(FsFile file, Path child, long size, Preparation preparation,
      @Nullable LongConsumer pause) throws IOException {
    try {
      try {
        preparation.prepare(child);
      } catch (IOException e) {
        throw SystemErrors.of(child, e);
      }
      fillWithZeros(file, size, pause);
      return file;
    } catch (IOException | RuntimeException | Error e) {
      discard(file, child, e);
      throw e;
    }
  }

  private static void fillWithZeros(FsFile file, long size, @Nullable LongConsumer pause) throws IOException {
    long dirtyLimit = pause == null ? ZERO_FILL_DIRTY_LIMIT : ZERO_FILL_DIRTY_LIMIT_PAUSING;
    long forced = 0;
    for (long position = 0; position < size; position += ZERO_FILL_STEP) {
      if (position - forced >= dirtyLimit) {
        long begun = System.nanoTime();
        file.force();
        forced = position;
        if (pause != null) {
          pause.accept(System.nanoTime() - begun);
        }
      }
      ByteBuffer zeros = Zeros.BUFFER.duplicate();
      file.write(zeros.limit((int) Math.min(ZERO_FILL_STEP, size - position)), position);
    }
  }

  private static void discard(FsFile file, Path path, Throwable reason) {
    try {
      file.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public LogFile open(String name, Access access) throws IOException {
    return FsFile.open(resolve(name), access);
  }

  @Override
  public void delete(String name) throws IOException {
    Path child = resolve(name);
    try {
      Files.delete(child);
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path source = resolve(from);
    try {
      Files.move(source, resolve(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw SystemErrors.of(source, e);
    }
  }

  @Override
  public void sync() throws IOException {
    if (!nameIsDurable) {
      syncOwnName();
      nameIsDurable = true;
    }
    sync(path);
  }

  private void syncOwnName() throws IOException {
    try {
      syncParent(path);
    } catch (AccessDeniedException _) {
      // Then it was somebody with other rights, and not this program, who created it.
    }
  }

  @Override
  public Optional<DirectoryLock> tryLock(String name, LockMode mode) throws IOException {
    Path child = resolve(name);
    try {
      return FsLock.tryLock(child, mode);
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    Path child = resolve(name);
    try {
      return FsLock.isLocked(child);
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
  }

  @Override
  public boolean canMap() {
    return true;
  }

  @Override
  public boolean overwritesInPlace() {
    try {
      return IN_PLACE.contains(Files.getFileStore(path).type());
    } catch (IOException e) { // nothing is certain
      return false;
    }
  }

  @Override
  public boolean hasSingleName(String name) throws IOException {
    Path child = resolve(name);
    try {
      return Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)
          && child.getFileSystem().supportedFileAttributeViews().contains("unix")
          && Files.getAttribute(child, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer names && names == 1;
    } catch (IOException e) {
      throw SystemErrors.of(child, e);
    }
  }

  @Override
  public Optional<Path> path() {
    return Optional.of(path);
  }

  private Path resolve(String name) {
    return path.resolve(Directory.requireName(name));
  }

  @Override
  public String toString() {
    return "FsDirectory[" + path + "]";
  }

  /** Loaded when the first file is created. */
  private static final class Zeros {
    static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(ZERO_FILL_STEP).asReadOnlyBuffer();
  }
}
