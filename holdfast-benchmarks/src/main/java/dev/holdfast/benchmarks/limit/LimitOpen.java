package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The least that opens a log that was not closed: read the header and the index of every complete segment and verify
 * their checksums, and verify every frame of the last segment.
 */
public final class LimitOpen {
  private static final int HEADER_SIZE = 64;
  private static final int BYTES_PER_INDEX_ENTRY = 4096;
  private static final int INDEX_ENTRY_SIZE = 12;
  private static final int READ_SIZE = 128 << 10;

  private final Path directory;
  private final int indexSize;

  private LimitOpen(Path directory, long segmentSize) {
    this.directory = directory;
    this.indexSize = Math.toIntExact(segmentSize / BYTES_PER_INDEX_ENTRY * INDEX_ENTRY_SIZE);
  }

  /** Creates the program and its files: complete segments, and one that is filled to the given size. */
  public static LimitOpen create(Path directory, int segments, long segmentSize, long filledSize, int recordSize)
      throws IOException {
    Files.createDirectory(directory);
    for (int i = 0; i < segments - 1; i++) {
      PreallocatedFile.create(segment(directory, i), segmentSize, ChannelKind.FILE).close();
    }
    Path last = segment(directory, segments - 1);
    FilledFile.create(last, segmentSize, filledSize, recordSize);
    return new LimitOpen(directory, segmentSize);
  }

  private static Path segment(Path directory, int number) {
    return directory.resolve(String.format(Locale.ROOT, "%020d.seg", number));
  }

  /** Returns the program for files created before, of the same segment size. */
  public static LimitOpen of(Path directory, long segmentSize) {
    return new LimitOpen(directory, segmentSize);
  }

  /**
   * What opening did.
   *
   * @param bytesScanned how many bytes of the last segment were read through
   * @param scanNanos how long that took
   */
  public record Opened(long bytesScanned, long scanNanos) {}

  /** Opens the log once. */
  public Opened open() throws IOException {
    List<Path> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(segments::add);
    }
    Collections.sort(segments);
    ByteBuffer header = Frames.buffer(HEADER_SIZE);
    ByteBuffer index = Frames.buffer(indexSize);
    var checksum = new CRC32C();
    for (Path segment : segments.subList(0, segments.size() - 1)) {
      long size = Files.size(segment);
      try (RawChannel channel = ChannelKind.FILE.open(segment)) {
        channel.read(header.clear(), 0);
        channel.read(index.clear(), size - index.capacity());
      }
      checksum.update(header.flip());
      checksum.update(index.flip());
    }
    long start = System.nanoTime();
    long bytes = LimitScan.of(segments.getLast(), READ_SIZE).scan().bytes();
    return new Opened(bytes, System.nanoTime() - start);
  }
}
