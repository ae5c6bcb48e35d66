package dev.holdfast.storage;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory on the heap, for tests and for logs that need not outlive the process. It is gone when it is no longer
 * referenced; syncing does nothing. Files cannot be mapped. Safe for use by many threads.
 *
 * <p>
 * The files of a tree share a capacity, which can be changed at any time to try out a full disk. A file takes up its
 * size until it is deleted and nobody has it open.
 */
public final class MemoryDirectory implements Directory {

  private final MemorySpace space; // shared by the tree
  private final Object names; // shared by the tree; taken before the monitors of files, and those before that of space
  private final String location;
  private final Map<String, Node> entries = new TreeMap<>(); // guarded by names
  private final Map<String, MemoryLock.Holders> locks = new HashMap<>(); // guarded by names
  private boolean deleted; // guarded by names

  /** A name leads to a file or to another directory. */
  private record Node(@Nullable MemoryFile file, @Nullable MemoryDirectory directory) {}

  /** Creates an empty directory without a limit on its size. */
  public MemoryDirectory() {
    this(new MemorySpace(Long.MAX_VALUE), new Object(), "memory:");
  }

  private MemoryDirectory(MemorySpace space, Object names, String location) {
    this.space = space;
    this.names = names;
    this.location = location;
  }

  /**
   * Creates an empty directory whose files, with those of its subdirectories, may take up {@code bytes} bytes.
   *
   * @param bytes at least 0
   */
  public static MemoryDirectory withCapacity(long bytes) {
    return new MemoryDirectory(new MemorySpace(bytes), new Object(), "memory:");
  }

  /**
   * Changes the capacity of the whole tree. Below what is used, it only keeps files from growing.
   *
   * @param bytes at least 0
   */
  public void setCapacity(long bytes) {
    space.capacity(bytes);
  }

  /** Returns the number of bytes that the files of the whole tree take up. */
  public long usedSpace() {
    return space.used();
  }

  @Override
  public List<String> list() throws IOException {
    synchronized (names) {
      requireExists();
      return List.copyOf(entries.keySet());
    }
  }

  @Override
  public boolean exists(String name) throws IOException {
    synchronized (names) {
      return entries.containsKey(Directory.requireName(name));
    }
  }

  @Override
  public Directory subdirectory(String name) throws IOException {
    synchronized (names) {
      MemoryDirectory directory = find(name).directory();
      if (directory == null) {
        throw new NotDirectoryException(describe(name));
      }
      return directory;
    }
  }

  @Override
  public Directory createSubdirectory(String name) throws IOException {
    synchronized (names) {
      requireFree(name);
      MemoryDirectory directory = new MemoryDirectory(space, names, describe(name));
      entries.put(name, new Node(null, directory));
      return directory;
    }
  }

  @Override
  public LogFile create(String name, long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
    synchronized (names) {
      requireFree(name);
      MemoryFile file = new MemoryFile(space);
      file.grow(size, describe(name));
      entries.put(name, new Node(file, null));
      return new MemoryLogFile(name, describe(name), Access.READ_WRITE, file);
    }
  }

  @Override
  public LogFile open(String name, Access access) throws IOException {
    synchronized (names) {
      return new MemoryLogFile(name, describe(name), access, requireFile(name));
    }
  }

  @Override
  public void delete(String name) throws IOException {
    synchronized (names) {
      discard(name, find(name));
      entries.remove(name);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    synchronized (names) {
      Directory.requireName(to);
      Node moved = find(from);
      Node replaced = entries.get(to);
      if (from.equals(to)) {
        return;
      }
      if (replaced != null) {
        if ((moved.file() == null) != (replaced.file() == null)) {
          throw new FileSystemException(describe(from), describe(to), "One is a file, the other a directory");
        }
        discard(to, replaced);
      }
      entries.remove(from);
      entries.put(to, moved);
    }
  }

  private void discard(String name, Node node) throws IOException {
    MemoryDirectory directory = node.directory();
    if (directory != null) {
      if (!directory.entries.isEmpty()) {
        throw new DirectoryNotEmptyException(describe(name));
      }
      directory.deleted = true;
    }
    if (node.file() != null) {
      node.file().release();
    }
  }

  @Override
  public void sync() throws IOException {
    synchronized (names) {
      requireExists();
    }
  }

  @Override
  public Optional<DirectoryLock> tryLock(String name, LockMode mode) throws IOException {
    synchronized (names) {
      if (mode == LockMode.EXCLUSIVE && !exists(name)) {
        create(name, 0).close();
      }
      requireFile(name);
      return locks.computeIfAbsent(name, _ -> new MemoryLock.Holders()).tryLock(mode);
    }
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    synchronized (names) {
      MemoryLock.Holders holders = locks.get(Directory.requireName(name));
      return holders != null && holders.isExclusive();
    }
  }

  @Override
  public boolean hasSingleName(String name) throws IOException {
    return exists(name);
  }

  @Override
  public boolean canMap() {
    return false;
  }

  @Override
  public Optional<Path> path() {
    return Optional.empty();
  }

  private String describe(String name) {
    return location + "/" + name;
  }

  private void requireExists() throws IOException {
    if (deleted) {
      throw new NoSuchFileException(location);
    }
  }

  private void requireFree(String name) throws IOException {
    Directory.requireName(name);
    requireExists();
    if (entries.containsKey(name)) {
      throw new FileAlreadyExistsException(describe(name));
    }
  }

  private Node find(String name) throws IOException {
    Node node = entries.get(Directory.requireName(name));
    if (node == null) {
      throw new NoSuchFileException(describe(name));
    }
    return node;
  }

  private MemoryFile requireFile(String name) throws IOException {
    MemoryFile file = find(name).file();
    if (file == null) {
      throw new FileSystemException(describe(name), null, "Not a regular file");
    }
    return file;
  }

  @Override
  public String toString() {
    return "MemoryDirectory[" + location + "]";
  }
}
