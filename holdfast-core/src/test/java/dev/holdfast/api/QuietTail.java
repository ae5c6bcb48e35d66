package dev.holdfast.api;

import dev.holdfast.TypedStream;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A log that was not closed, with an unfinished write at the end. */
final class QuietTail {
  private QuietTail() {}

  /** Appends three entries. */
  static void append(TypedStream<String> stream) {
    stream.append("one");
    stream.append("two");
    stream.append("three");
  }

  /** Copies the log, which is still open for writing, as if its process had died, and adds half a frame to a stream. */
  static MemoryDirectory copyOfStreams(Directory log, String stream) throws IOException {
    var copy = new MemoryDirectory();
    copyFiles(log, copy);
    var segment = copy.subdirectory("streams").subdirectory(stream);
    var name = segment.list().stream().filter(file -> file.endsWith(".seg")).findFirst().orElseThrow();
    try (var file = segment.open(name, Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{1, 2, 3, 4, 5, 6, 7, 8}), endOfData(log, stream, name));
    }
    return copy;
  }

  private static long endOfData(Directory log, String stream, String name) throws IOException {
    try (var file = log.subdirectory("streams").subdirectory(stream).open(name, Access.READ)) {
      var bytes = ByteBuffer.allocate((int) file.size());
      file.read(bytes, 0);
      var end = bytes.capacity();
      while (bytes.get(end - 1) == 0) {
        end--;
      }
      return (end + 7L) & -8L;
    }
  }

  private static void copyFiles(Directory from, Directory to) throws IOException {
    for (var name : from.list()) {
      try (var file = from.open(name, Access.READ)) {
        var bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        try (var written = to.create(name, 0)) {
          written.write(bytes.flip(), 0);
        }
      } catch (IOException e) {
        copyFiles(from.subdirectory(name), to.createSubdirectory(name));
      }
    }
  }
}
