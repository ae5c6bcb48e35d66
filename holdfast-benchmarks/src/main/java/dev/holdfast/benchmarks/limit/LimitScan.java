package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The least that reads a file of frames from front to end: large positional reads, every checksum verified, until a
 * frame is not valid.
 */
public final class LimitScan {
  private final Path path;
  private final Source source;
  private final ByteBuffer buffer;

  private LimitScan(Path path, Source source, int bufferSize) {
    this.path = path;
    this.source = source;
    this.buffer = Frames.buffer(bufferSize);
  }

  /** Creates the program, and a file of {@code fileSize} bytes, {@code filledSize} of them filled with records. */
  public static LimitScan create(Path path, long fileSize, long filledSize, int recordSize, int bufferSize)
      throws IOException {
    FilledFile.create(path, fileSize, filledSize, recordSize);
    return of(path, bufferSize);
  }

  /** Returns the program for a file created before. */
  static LimitScan of(Path path, int bufferSize) {
    return new LimitScan(path, ChannelKind.FILE::open, bufferSize);
  }

  /** Returns the program for the same file that copies from a mapping of it instead. */
  public LimitScan mapped() {
    return new LimitScan(path, MappedFile::open, buffer.capacity());
  }

  /** Reads the file. */
  public Scanned scan() throws IOException {
    try (RawChannel channel = source.open(path)) {
      return scan(channel);
    }
  }

  private Scanned scan(RawChannel channel) throws IOException {
    var frames = new Frames();
    long position = 0;
    long id = 0;
    while (true) {
      fill(channel, position);
      int at = 0;
      int length;
      while ((length = frames.check(buffer, at, buffer.limit(), id)) >= 0) {
        at += Frames.size(length);
        id++;
      }
      if (at == 0) {
        return new Scanned(id, position);
      }
      position += at;
    }
  }

  /** From what is read. */
  @FunctionalInterface
  private interface Source {
    RawChannel open(Path path) throws IOException;
  }

  /**
   * What was found.
   *
   * @param records how many records
   * @param bytes how many bytes of frames
   */
  public record Scanned(long records, long bytes) {}

  private void fill(RawChannel channel, long position) throws IOException {
    buffer.clear();
    int read = 0;
    while (buffer.hasRemaining() && read >= 0) {
      read = channel.read(buffer, position + buffer.position());
    }
    buffer.flip();
  }
}
