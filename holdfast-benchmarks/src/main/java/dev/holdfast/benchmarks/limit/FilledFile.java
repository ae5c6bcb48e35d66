package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** A file that begins with the frames of records 0, 1, …, all of one size, and ends in zeros. */
final class FilledFile {
  private static final int BUFFER_SIZE = 1 << 20;

  private FilledFile() {}

  /** Creates it, with as many records as have room in {@code filledSize} bytes, and returns their number. */
  static long create(Path path, long fileSize, long filledSize, int recordSize) throws IOException {
    byte[] record = new byte[recordSize];
    new Random(recordSize).nextBytes(record);
    var frames = new Frames();
    long count = filledSize / Frames.size(recordSize);
    ByteBuffer buffer = Frames.buffer(BUFFER_SIZE + Frames.size(recordSize));
    try (PreallocatedFile file = PreallocatedFile.create(path, fileSize, ChannelKind.FILE)) {
      for (long id = 0; id < count; id++) {
        frames.put(buffer, id, record);
        if (buffer.position() >= BUFFER_SIZE || id == count - 1) {
          file.append(buffer.flip());
          buffer.clear();
        }
      }
      file.sync();
    }
    return count;
  }
}
