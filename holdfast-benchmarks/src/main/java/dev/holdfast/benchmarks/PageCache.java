package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system keeps of files in memory. */
final class PageCache {
  private PageCache() {}

  /** Makes a file durable, so that nothing of it remains to be written. */
  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Drops every file of a directory, which must be durable, from memory.
   *
   * @throws IOException if the system has no {@code dd} that can
   */
  static void drop(Path directory) throws IOException, InterruptedException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      // With a count of 0 it only advises the system that the whole file is not needed.
      Process dd = new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none").inheritIO()
          .start();
      if (dd.waitFor() != 0) {
        throw new IOException("dd cannot drop a file from the page cache here");
      }
    }
  }
}
