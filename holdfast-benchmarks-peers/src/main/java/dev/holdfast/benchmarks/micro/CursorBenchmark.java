package dev.holdfast.benchmarks.micro;

import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.HoldfastLog;
import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Steps of a cursor over a log that was closed and opened again, from front to end and over again, in the page cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CursorBenchmark {
  private static final long BYTES = 32L << 20;

  /** Bytes of a record. */
  @Param({"128", "1024"})
  public int size;

  private @Nullable Scratch scratch;
  private @Nullable HoldfastLog log;
  private @Nullable RecordCursor cursor;

  /** For JMH. */
  public CursorBenchmark() {}

  /** Fills the log. */
  @Setup
  public void fill() throws IOException {
    Scratch files = Scratch.in(Path.of(System.getProperty("java.io.tmpdir")));
    WalOptions options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build();
    byte[] record = Records.ofSize(size);
    try (HoldfastLog written = HoldfastLog.open(files.resolve("log"), options)) {
      for (long i = 0; i < BYTES / size; i++) {
        written.stream().append(record);
      }
    }
    HoldfastLog opened = HoldfastLog.open(files.resolve("log"), options);
    scratch = files;
    log = opened;
    cursor = opened.stream().read(0);
  }

  /** One step, the payload looked at. */
  @Benchmark
  public int step() {
    RecordCursor steps = cursor;
    if (steps == null || !steps.next()) {
      steps = again();
    }
    return steps.payload().remaining();
  }

  private RecordCursor again() {
    HoldfastLog opened = log;
    if (cursor != null) {
      cursor.close();
    }
    if (opened == null) {
      throw new IllegalStateException("not set up");
    }
    RecordCursor first = opened.stream().read(0);
    cursor = first;
    if (!first.next()) {
      throw new IllegalStateException("the log is empty");
    }
    return first;
  }

  /** Removes the log. */
  @TearDown
  public void remove() throws IOException {
    if (cursor != null) {
      cursor.close();
    }
    if (log != null) {
      log.close();
    }
    if (scratch != null) {
      scratch.close();
    }
  }
}
