package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What a directory holds, byte for byte and with the times of change. */
final class Snapshot {
  private Snapshot() {}

  /** Returns a line about each file and directory. */
  static Map<String, String> of(Path directory) throws IOException {
    var lines = new TreeMap<String, String>();
    try (var paths = Files.walk(directory)) {
      for (var path : (Iterable<Path>) paths::iterator) {
        lines.put(directory.relativize(path).toString(), Files.getLastModifiedTime(path) + " "
            + (Files.isDirectory(path) ? "directory" : contentOf(path)));
      }
    }
    return lines;
  }

  private static String contentOf(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    var checksum = new CRC32C();
    checksum.update(bytes);
    return bytes.length + " bytes, " + Long.toHexString(checksum.getValue());
  }

  /** Checks that nothing has changed since. */
  static void assertSame(Map<String, String> before, Path directory) throws IOException {
    assertEquals(before, of(directory), "reading has changed the directory");
  }
}
