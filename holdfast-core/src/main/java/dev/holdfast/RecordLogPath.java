package dev.holdfast;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the file of a record log is.
 *
 * @param directory its directory
 * @param name its name
 */
record RecordLogPath(Path directory, String name) {

  /** Returns where a path leads: links are followed, because a file is replaced where it is. */
  static RecordLogPath of(Path file) throws IOException {
    var path = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
    var directory = path.getParent();
    var name = path.getFileName();
    if (directory == null || name == null) {
      throw new IllegalArgumentException("file must be the path of a file, not " + file);
    }
    return new RecordLogPath(directory, name.toString());
  }
}
