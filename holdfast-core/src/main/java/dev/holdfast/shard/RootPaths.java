package dev.holdfast.shard;

import dev.holdfast.WalIOException;
import dev.holdfast.internal.log.OpenShards;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The directories of a sharded log in the file system. */
final class RootPaths {
  private RootPaths() {}

  /** Opens existing directories. */
  static List<Directory> open(List<Path> roots) {
    var directories = new ArrayList<Directory>();
    for (var root : roots) {
      directories.add(open(root));
    }
    return directories;
  }

  /**
   * Opens directories, creating them for a log that does not exist yet: if any of them is part of a log, one that is
   * missing is on a disk that is not mounted, or has another name, and must not become an empty directory.
   */
  static List<Directory> openOrCreate(List<Path> roots) {
    var missing = roots.stream().filter(root -> !Files.exists(root)).findFirst();
    if (missing.isEmpty()) {
      return open(roots);
    }
    for (var root : roots) {
      if (Files.isDirectory(root) && OpenShards.isRoot(open(root))) {
        throw new IllegalArgumentException("there is no directory " + missing.get() + ", but " + root
            + " is part of a log already: is that the right directory, and is its disk mounted?");
      }
    }
    return roots.stream().map(RootPaths::create).toList();
  }

  private static Directory open(Path root) {
    try {
      return FsDirectory.open(root);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "there is no directory " + root + ": is that the right directory, and is its disk mounted?", e);
    } catch (IOException e) {
      throw new WalIOException("cannot open " + root + ": " + e.getMessage(), e);
    }
  }

  private static Directory create(Path root) {
    try {
      return FsDirectory.create(root);
    } catch (IOException e) {
      throw new WalIOException("cannot create " + root + ": " + e.getMessage(), e);
    }
  }
}
