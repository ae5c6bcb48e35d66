package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The checksum's speed: computes the checksum of each frame of a file and looks at nothing else, not even at what it
 * should be; where the frames are is known, because all are of one size. Either the file is read in large pieces, or
 * its frames are in memory.
 */
public final class LimitChecksum {
  private final Path path;
  private final long bytes;
  private final int frameSize;
  private final CRC32C checksum = new CRC32C();
  private final byte[] salt = new byte[Long.BYTES];
  private final ByteBuffer buffer;
  private long seen;

  /** Creates the program for a file that begins with {@code bytes} bytes of frames of records of one size. */
  public LimitChecksum(Path path, long bytes, int recordSize, int bufferSize) {
    this.path = path;
    this.frameSize = Frames.size(recordSize);
    this.bytes = bytes / frameSize * frameSize;
    this.buffer = Frames.buffer(Math.max(1, bufferSize / frameSize) * frameSize);
  }

  /** Reads the file. */
  public void read() throws IOException {
    try (RawChannel channel = ChannelKind.FILE.open(path)) {
      for (long at = 0; at < bytes; at += buffer.limit()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - at));
        if (channel.read(buffer, at) < buffer.limit()) {
          throw new IOException(path + " ends early");
        }
        compute(buffer.limit());
      }
    }
  }

  /** Computes as many checksums, of frames that are in memory already. */
  public void inMemory() {
    for (long at = 0; at < bytes; at += buffer.capacity()) {
      compute((int) Math.min(buffer.capacity(), bytes - at));
    }
  }

  private void compute(int length) {
    for (int at = 0; at < length; at += frameSize) {
      checksum.reset();
      checksum.update(salt, 0, salt.length);
      checksum.update(buffer.limit(at + frameSize).position(at + Integer.BYTES));
      seen ^= checksum.getValue();
    }
    buffer.limit(length);
  }

  /** Returns something that depends on all checksums, so that none may be left out. */
  public long seen() {
    return seen;
  }
}
