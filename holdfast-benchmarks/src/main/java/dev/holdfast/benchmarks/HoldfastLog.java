package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
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

  @Override
  public void close() {
    wal.close();
  }
}
