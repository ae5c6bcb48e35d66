package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.SegmentInfo;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.Closeable;
import java.nio.file.Path;

/**
 * A log with the one stream that is measured.
 *
 * @param wal the log
 * @param stream the stream
 */
public record HoldfastLog(Wal wal, LogStream stream) implements Closeable {
  private static final String STREAM = "measured";
  private static final int BETWEEN_LOOKS = 64;
  private static final long PAUSE_MILLIS = 200;

  /** Opens a log with the default options but for the sync policy. */
  static HoldfastLog open(Path directory, SyncPolicy policy) {
    return open(directory, WalOptions.builder().syncPolicy(policy).build());
  }

  /** Opens a log. */
  public static HoldfastLog open(Path directory, WalOptions options) {
    Wal wal = Wal.open(directory, options);
    return new HoldfastLog(wal, wal.stream(STREAM));
  }

  /** Opens a log for reading. */
  static HoldfastLog openReadOnly(Path directory, WalOptions options) {
    Wal wal = Wal.openReadOnly(directory, options);
    return new HoldfastLog(wal, wal.stream(STREAM));
  }

  /**
   * Goes on until a new segment of full size has begun, has everything synced, truncates what is before, and waits for
   * what works in the background. What is appended then has room in space prepared before, up to half a segment; only
   * after that another one is prepared.
   */
  public void goToPreparedSpace(byte[] record, long segmentSize) throws InterruptedException {
    SegmentInfo former = active();
    SegmentInfo active = former;
    while (active.file().equals(former.file()) || active.sizeBytes() < segmentSize) {
      for (int i = 0; i < BETWEEN_LOOKS; i++) {
        stream.append(record);
      }
      active = active();
    }
    stream.sync();
    stream.truncateBefore(stream.nextId());
    Thread.sleep(PAUSE_MILLIS);
  }

  private SegmentInfo active() {
    if (stream.nextId() == 0) {
      stream.append(new byte[1]);
    }
    return stream.segments().getLast();
  }

  @Override
  public void close() {
    wal.close();
  }
}
