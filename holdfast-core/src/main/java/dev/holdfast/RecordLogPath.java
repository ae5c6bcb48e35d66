package dev.holdfast;

import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where the file of a record log is.
 *
 * @param directory its directory
 * @param name its name
 */
record RecordLogPath(Path directory, String name) {
  private static final int MAX_LINKS = 40;

  /** Returns where a path leads: links are followed, because a file is replaced, and locked, where it is. */
  static RecordLogPath of(Path file) throws IOException {
    var path = real(file.toAbsolutePath());
    var directory = path.getParent();
    var name = path.getFileName();
    if (directory == null || name == null) {
      throw new IllegalArgumentException("file must be the path of a file, not " + file);
    }
    return new RecordLogPath(directory, name.toString());
  }

  private static Path real(Path file) throws IOException {
    var path = file;
    for (var links = 0; !Files.exists(path); links++) {
      if (!Files.isSymbolicLink(path)) { // nothing is there, at the end of links to nothing
        var parent = path.getParent();
        return parent != null && Files.exists(parent)
            ? parent.toRealPath().resolve(path.getFileName())
            : path.normalize();
      }
      if (links == MAX_LINKS) {
        throw new FileSystemLoopException(file.toString());
      }
      path = path.resolveSibling(Files.readSymbolicLink(path));
    }
    return path.toRealPath();
  }

  /**
   * Throws if a file that is to be written has another name: who opens it by that one would not find the lock, and
   * would keep the former file when it is replaced.
   */
  static void requireOnlyName(Directory directory, String name) throws IOException {
    var parent = directory.path().orElse(null);
    if (parent == null) {
      return;
    }
    var path = parent.resolve(Directory.requireName(name));
    if (Files.isSymbolicLink(path)) {
      throw new IllegalArgumentException(path + " is a symbolic link: open the file it leads to");
    }
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException(path + " is a directory");
    }
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        || !path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    if (Files.getAttribute(path, "unix:nlink") instanceof Integer names && names > 1) {
      throw new IllegalArgumentException(path + " has " + names + " names (hard links), and whoever writes to it by "
          + "another one would not be noticed: remove the others, or make a copy and open that");
    }
  }
}
