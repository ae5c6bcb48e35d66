package dev.holdfast.benchmarks;

import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitOpen;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the children of the {@code open} workload do. */
final class OpenChildren {
  private OpenChildren() {}

  /** A program that is started again opens its log as it did before. */
  private static WalOptions options(long segmentSize) {
    return WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(segmentSize).build();
  }

  /** Ends this JVM as a crash would: nothing is closed. */
  private static void halt() {
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Writes a log, says so, and goes on until it is killed. */
  @Command(name = "child-write", hidden = true)
  static final class Write implements Callable<Integer> {
    private static final int RECORDS_PER_LOOK = 1000;

    @Option(names = "--dir", required = true)
    Path directory = Path.of("");

    @Option(names = "--bytes", required = true)
    long bytes;

    @Option(names = "--segment-size", required = true)
    long segmentSize;

    @Option(names = "--size", required = true)
    int size;

    @Override
    public Integer call() {
      HoldfastLog log = HoldfastLog.open(directory,
          options(segmentSize));
      byte[] record = Records.ofSize(size);
      boolean said = false;
      while (true) {
        for (int i = 0; i < RECORDS_PER_LOOK; i++) {
          log.stream().append(record);
        }
        if (!said && log.stream().segments().stream().mapToLong(SegmentInfo::dataBytes).sum() >= bytes) {
          System.out.println("written");
          said = true;
        }
      }
    }
  }

  /** Opens a log, and says how long that took. */
  @Command(name = "child-open", hidden = true)
  static final class Open implements Callable<Integer> {
    @Option(names = "--dir", required = true)
    Path directory = Path.of("");

    @Option(names = "--segment-size", required = true)
    long segmentSize;

    @Option(names = "--warm-up", required = true)
    int warmUp;

    @Option(names = "--cold", arity = "1", required = true)
    boolean cold;

    @Option(names = "--close", description = "Ends in order, as a JVM must that is to leave a start-up cache.")
    boolean close;

    @Override
    public Integer call() throws Exception {
      WalOptions options = options(segmentSize);
      for (int i = 0; i < warmUp; i++) {
        HoldfastLog.openReadOnly(directory, options).close();
      }
      if (cold) {
        PageCache.drop(directory);
      }
      long start = System.nanoTime();
      HoldfastLog log = HoldfastLog.open(directory, options);
      long nanos = System.nanoTime() - start;
      RecoveryReport found = log.stream().recovery();
      System.out.println(new Opening(nanos, found.bytesScanned(), found.segmentsScanned()).line());
      if (close) {
        log.close();
      } else {
        halt();
      }
      return 0;
    }
  }

  /** The same with the limit program. */
  @Command(name = "child-open-limit", hidden = true)
  static final class OpenLimit implements Callable<Integer> {
    @Option(names = "--dir", required = true)
    Path directory = Path.of("");

    @Option(names = "--segment-size", required = true)
    long segmentSize;

    @Option(names = "--warm-up", required = true)
    int warmUp;

    @Option(names = "--cold", arity = "1", required = true)
    boolean cold;

    @Override
    public Integer call() throws Exception {
      for (int i = 0; i < warmUp; i++) {
        LimitOpen.of(directory, segmentSize).open();
      }
      if (cold) {
        PageCache.drop(directory);
      }
      long start = System.nanoTime();
      long bytes = LimitOpen.of(directory, segmentSize).open();
      System.out.println(new Opening(System.nanoTime() - start, bytes, 1).line());
      return 0;
    }
  }
}
