package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file filled with real zeros and synced before it is used, so that neither a write nor a sync allocates anything.
 */
final class PreallocatedFile implements Target {
  private static final int FILL_SIZE = 1 << 20;

  private final RawChannel channel;
  private final long size;

  /** Where {@link #append} goes on. */
  private long end;

  private PreallocatedFile(RawChannel channel, long size) {
    this.channel = channel;
    this.size = size;
  }

  /** Creates the file. */
  static PreallocatedFile create(Path path, long size, ChannelKind kind) throws IOException {
    try (FileChannel fill = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_SIZE);
      for (long at = 0; at < size; at += zeros.limit()) {
        zeros.clear().limit((int) Math.min(FILL_SIZE, size - at));
        while (zeros.hasRemaining()) {
          fill.write(zeros);
        }
      }
      fill.force(true);
    }
    return new PreallocatedFile(kind.open(path), size);
  }

  /**
   * Writes all remaining bytes with one positional write after those written before. Where the file has no room for
   * them it goes on from the front, which costs the same: every block is already allocated. For one thread at a time.
   */
  @Override
  public void append(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > size) {
      throw new IllegalArgumentException(bytes.remaining() + " bytes do not fit a file of " + size);
    }
    if (end + bytes.remaining() > size) {
      end = 0;
    }
    while (bytes.hasRemaining()) {
      end += channel.write(bytes, end);
    }
  }

  @Override
  public void sync() throws IOException {
    channel.sync();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
