package dev.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * One directory of files and further directories. Safe for use by many threads.
 *
 * <p>
 * A <em>name</em> is one path element: not empty, not {@code .} or {@code ..}, without {@code /}, {@code \} and NUL;
 * any other is refused with an {@link IllegalArgumentException}, so no call reaches outside of the directory.
 * Creations, renames and deletions are visible at once and durable after {@link #sync()}.
 *
 * <p>
 * As with {@link LogFile}, an interrupt of the calling thread neither fails an operation nor is lost.
 *
 * <p>
 * Errors are {@link IOException}s whose message names the file: {@link java.nio.file.NoSuchFileException} for what is
 * not there, {@link java.nio.file.FileAlreadyExistsException} for what is, {@link java.nio.file.AccessDeniedException}
 * and {@link java.nio.file.ReadOnlyFileSystemException}-like conditions as the system reports them, and
 * {@link OutOfSpaceException}. An operation that a backend cannot do throws {@link UnsupportedOperationException}
 * naming it.
 */
public interface Directory {

  /** Returns the names of all files and directories in this one, sorted. */
  List<String> list() throws IOException;

  /**
   * Returns {@code name} if it is a name as described above: one path element that leads nowhere else.
   *
   * @throws IllegalArgumentException if it is not
   */
  static String requireName(String name) {
    Objects.requireNonNull(name, "name");
    boolean leadsElsewhere = name.isEmpty() || name.equals(".") || name.equals("..");
    if (leadsElsewhere || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "name must be one path element, not empty, '.' or '..', without '/', '\\' and NUL: '" + name + "'");
    }
    return name;
  }

  /** Returns whether a file or directory of this name exists. An error other than its absence is thrown, not "no". */
  boolean exists(String name) throws IOException;

  /** Returns the existing directory {@code name} inside this one. */
  Directory subdirectory(String name) throws IOException;

  /** Creates the directory {@code name} inside this one; durable after {@link #sync()} of this one. */
  Directory createSubdirectory(String name) throws IOException;

  /**
   * Creates a file of {@code size} bytes, filled with zeros for real: never sparse, so that later writes inside it need
   * no allocation. Neither the zeros nor the name are durable, and the space counts as reserved only after
   * {@link LogFile#force()} has succeeded. If it fails nothing is left behind under that name.
   *
   * @param size in bytes; 0 creates an empty file
   * @return the new file, open for {@link Access#READ_WRITE}
   */
  LogFile create(String name, long size) throws IOException;

  /**
   * Creates a file as {@link #create(String, long)} does, a little at a time, so that syncs of other files do not have
   * to wait long behind its zeros.
   *
   * @param size in bytes; 0 creates an empty file
   * @param pause called on this thread after each part that has reached the disk, with the nanoseconds that took; what
   *   it throws comes out of here. Never called where nothing has to be written
   */
  default LogFile create(String name, long size, LongConsumer pause) throws IOException {
    return create(name, size);
  }

  /**
   * Creates a file as {@link #create} does, that is to replace {@code model}: whoever may do what with that file may do
   * it with this one, from the beginning, as far as the backend knows such things. Here: it does not.
   *
   * @param model an existing file
   */
  default LogFile createLike(String model, String name, long size) throws IOException {
    return create(name, size);
  }

  /** Opens the existing file {@code name}. */
  LogFile open(String name, Access access) throws IOException;

  /** Deletes a file or an empty directory. Files that are open or mapped stay readable through what is open. */
  void delete(String name) throws IOException;

  /**
   * Renames a file or directory within this directory, atomically. An existing file of the new name is replaced: at no
   * time, and after no crash, is the new name missing.
   */
  void rename(String from, String to) throws IOException;

  /** Makes the names in this directory durable: every creation, rename and deletion done before this call. */
  void sync() throws IOException;

  /**
   * Writes a small file so that after any crash it holds its former content or the new one, whole: temporary file,
   * force, rename, sync of this directory. Durable when it returns. If it throws, the file holds either content.
   *
   * <p>
   * The temporary file is called {@code name.tmp}, or {@code name.1.tmp}, {@code name.2.tmp} … while that exists,
   * because another thread may be writing the same file. A crash may leave one behind; whoever owns the directory may
   * delete it.
   */
  default void writeAtomically(String name, byte[] content) throws IOException {
    requireName(name);
    String temporary = name + ".tmp";
    LogFile file = null;
    for (int attempt = 1; file == null; attempt++) {
      try {
        file = create(temporary, 0);
      } catch (FileAlreadyExistsException _) {
        temporary = name + "." + attempt + ".tmp";
      }
    }
    try {
      try (LogFile open = file) {
        open.write(ByteBuffer.wrap(content), 0);
        open.force();
      }
      rename(temporary, name);
    } catch (IOException | RuntimeException e) {
      try {
        delete(temporary);
      } catch (IOException | RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    // The content is durable before the name can be: a crash here shows the former file or the whole new one.
    sync();
  }

  /**
   * Reads a whole small file.
   *
   * @param maxLength in bytes, at least 0
   * @throws IOException if it holds more than {@code maxLength} bytes; nothing of that size is allocated
   */
  default byte[] read(String name, int maxLength) throws IOException {
    if (maxLength < 0) {
      throw new IllegalArgumentException("maxLength must not be negative: " + maxLength);
    }
    try (LogFile file = open(name, Access.READ)) {
      long size = file.size();
      if (size > maxLength) {
        throw new IOException(name + ": holds " + size + " bytes, at most " + maxLength + " expected");
      }
      ByteBuffer content = ByteBuffer.allocate((int) size);
      if (file.read(content, 0) < size) {
        throw new IOException(name + ": was cut short while it was read");
      }
      return content.array();
    }
  }

  /**
   * Takes a lock on the file {@code name}, creating it if need be for an {@link LockMode#EXCLUSIVE} lock, without
   * waiting for a holder to leave; it may take some 200 ms to be sure that the other side is a holder and not merely an
   * {@link #isLocked} at the same moment. It excludes other processes and other openers in this one, whatever class
   * loader they came from. The file is opened only to be held: it must not be opened by anybody in any other way.
   *
   * @return the lock, or empty if somebody else holds it in a mode that excludes this one
   * @throws java.nio.file.NoSuchFileException if a {@link LockMode#SHARED} lock is asked for and there is no such file
   */
  Optional<DirectoryLock> tryLock(String name, LockMode mode) throws IOException;

  /**
   * Returns whether somebody, in this process or another, holds the lock {@code name} exclusively. Never disturbs a
   * holder. Of a file that does not exist: false.
   */
  boolean isLocked(String name) throws IOException;

  /** Returns whether files of this directory can be mapped into memory. */
  boolean canMap();

  /**
   * Returns whether writing where a file has bytes already puts them in the same place, so that it needs no space: for
   * certain. Where it is not so (file systems that copy on write), a store into mapped memory may fault for want of it.
   * Where it is so, a write that makes a file longer has its space set aside when it returns, also before it is synced:
   * if that space is not there, it is the write that fails.
   */
  default boolean overwritesInPlace() {
    return false;
  }

  /**
   * Returns whether the file {@code name} is one of its own that has no other name, in this directory or elsewhere: for
   * certain. What is written into it is then seen by nobody who has not opened it by this name.
   */
  default boolean hasSingleName(String name) throws IOException {
    return false;
  }

  /** Returns where this directory is in the file system, if it is in one. */
  default Optional<Path> path() {
    return Optional.empty();
  }
}
