package dev.holdfast.benchmarks;

import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitOpen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the children of the workloads that open logs do. */
final class OpenChildren {
  private OpenChildren() {}

  /** A program that is started again opens its log as it did before. */
  static WalOptions options(long segmentSize) {
    return WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(segmentSize).build();
  }

  /** What all of them are told. */
  abstract static class Child implements Callable<Integer> {
    @Option(names = "--dir", required = true)
    Path directory = Path.of("");

    @Option(names = "--segment-size", required = true)
    long segmentSize;
  }

  /** Writes a log, says so, and goes on until it is killed; or only waits for that when a segment has been filled. */
  @Command(name = "child-write", hidden = true)
  static final class Write extends Child {
    private static final int RECORDS_PER_LOOK = 1000;
    private static final int LOOKS_PER_SEGMENT = 200;
    private static final int MOST_AROUND_A_RECORD = 40; // a frame's header, and up to a multiple of 8

    @Option(names = "--bytes", required = true)
    long bytes;

    @Option(names = "--size", required = true)
    int size;

    @Option(names = "--fill", description = "Write until the last segment is of full size, and has so many bytes.")
    boolean fill;

    @Override
    public Integer call() throws InterruptedException {
      HoldfastLog log = HoldfastLog.open(directory, options(segmentSize));
      byte[] record = Records.ofSize(size);
      long recordsPerLook = fill ? Math.max(1, segmentSize / LOOKS_PER_SEGMENT / size) : RECORDS_PER_LOOK;
      boolean said = false;
      long appended = 0;
      while (true) {
        for (long i = 0; i < recordsPerLook; i++) {
          log.stream().append(record);
        }
        appended += recordsPerLook * (size + MOST_AROUND_A_RECORD);
        if (!said && appended >= bytes && isWritten(log)) {
          System.out.println("written");
          said = true;
        }
        while (said && fill) {
          Thread.sleep(1000);
        }
      }
    }

    /** Opens every segment, so it is not asked before it can be true: of 10,000 that took minutes. */
    private boolean isWritten(HoldfastLog log) {
      if (!fill) {
        return log.stream().segments().stream().mapToLong(SegmentInfo::dataBytes).sum() >= bytes;
      }
      SegmentInfo last = log.stream().segments().getLast();
      return last.sizeBytes() == segmentSize && last.dataBytes() >= bytes;
    }
  }

  /** What those are told that open a log. */
  abstract static class OpeningChild extends Child {
    @Option(names = "--warm-up", required = true)
    int warmUp;

    @Option(names = "--cold", arity = "1", required = true)
    boolean cold;

    @Option(names = "--close", description = "Ends in order, as a JVM must that is to leave a start-up cache.")
    boolean close;

    /** Opens the log several times without changing it. */
    abstract void warmUp() throws IOException;

    /** Opens it. */
    abstract Opening open() throws IOException;

    /** Closes it, if it must be. */
    abstract void close();

    @Override
    public final Integer call() throws Exception {
      warmUp();
      if (cold) {
        PageCache.drop(directory);
      }
      System.out.println(open().line());
      if (close) {
        close();
      } else { // as a crash would: nothing is closed
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
      return 0;
    }
  }

  /** Opens a log, and says how long that took. */
  @Command(name = "child-open", hidden = true)
  static final class Open extends OpeningChild {
    private @Nullable HoldfastLog log;

    /** Opening for writing changes a log, so that is practised with a small one that looks as after a kill. */
    @Override
    void warmUp() throws IOException {
      WalOptions options = options(segmentSize);
      Path small = directory.resolveSibling("small");
      for (int i = 0; i < warmUp; i++) {
        HoldfastLog.openReadOnly(directory, options).close();
        try (HoldfastLog written = HoldfastLog.open(small, options)) {
          written.stream().append(Records.ofSize(1));
          Path copy = directory.resolveSibling("copy-of-small");
          Scratch.copy(small, copy);
          HoldfastLog.open(copy, options).close();
          Scratch.remove(copy);
        }
        Scratch.remove(small);
      }
    }

    @Override
    Opening open() {
      long start = System.nanoTime();
      HoldfastLog opened = HoldfastLog.open(directory, options(segmentSize));
      long nanos = System.nanoTime() - start;
      log = opened;
      RecoveryReport found = opened.stream().recovery();
      return new Opening(nanos, found.scanDuration().toNanos(), found.bytesScanned(), found.segmentsScanned());
    }

    @Override
    void close() {
      if (log != null) {
        log.close();
      }
    }
  }

  /** The same with the limit program. */
  @Command(name = "child-open-limit", hidden = true)
  static final class OpenLimit extends OpeningChild {
    @Override
    void warmUp() throws IOException {
      for (int i = 0; i < warmUp; i++) {
        LimitOpen.of(directory, segmentSize).open();
      }
    }

    @Override
    Opening open() throws IOException {
      long start = System.nanoTime();
      LimitOpen.Opened opened = LimitOpen.of(directory, segmentSize).open();
      return new Opening(System.nanoTime() - start, opened.scanNanos(), opened.bytesScanned(), 1);
    }

    @Override
    void close() {
      // it has nothing open
    }
  }
}
