package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.measure.Footprint;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the children of the {@code streams} workload do. */
final class StreamsChildren {
  private static final int RECORD_SIZE = 128;

  private StreamsChildren() {}

  /** What both are told. */
  abstract static class Child implements Callable<Integer> {
    @Option(names = "--dir", required = true)
    Path directory = Path.of("");

    @Option(names = "--streams", required = true)
    int streams;

    @Option(names = "--threads", required = true)
    int threads;

    @Option(names = "--preallocate", arity = "1", required = true)
    boolean preallocate;

    final Wal openLog() {
      return Wal.open(directory,
          WalOptions.builder().syncPolicy(SyncPolicy.STRICT).preallocate(preallocate).build());
    }

    static String name(int number) {
      return "stream-" + number;
    }

    /** Does something with each stream, on several threads, and says how long that took. */
    final void forEachStream(Wal wal, Consumer<LogStream> action) throws Exception {
      long start = System.nanoTime();
      try (ExecutorService executor = Executors.newFixedThreadPool(threads,
          Thread.ofPlatform().name("streams-", 0).factory())) {
        List<Future<?>> results = IntStream.range(0, streams)
            .<Future<?>>mapToObj(i -> executor.submit(() -> action.accept(wal.stream(name(i))))).toList();
        for (Future<?> result : results) {
          result.get();
        }
      }
      System.out.println(System.nanoTime() - start);
    }

    static void sayHowLong(Runnable action) {
      long start = System.nanoTime();
      action.run();
      System.out.println(System.nanoTime() - start);
    }
  }

  /** Creates the streams, says how long that took and what it takes, and waits to be killed. */
  @Command(name = "child-streams-write", hidden = true)
  static final class Write extends Child {
    @Override
    public Integer call() throws Exception {
      Footprint before = Footprint.now();
      Wal wal = openLog();
      byte[] record = Records.ofSize(RECORD_SIZE);
      forEachStream(wal, stream -> stream.append(record));
      System.out.println(Footprint.now().since(before).line());
      while (!wal.streamNames().isEmpty()) {
        Thread.sleep(1000);
      }
      return 1;
    }
  }

  /** Opens the log, one stream, all streams, says how long that took and what it takes, and closes the log. */
  @Command(name = "child-streams-open", hidden = true)
  static final class Open extends Child {
    @Override
    public Integer call() throws Exception {
      Footprint before = Footprint.now();
      long start = System.nanoTime();
      Wal wal = openLog();
      System.out.println(System.nanoTime() - start);
      sayHowLong(() -> requireOneRecord(wal.stream(name(streams / 2))));
      forEachStream(wal, Open::requireOneRecord);
      System.out.println(Footprint.now().since(before).line());
      sayHowLong(wal::close);
      return 0;
    }

    private static void requireOneRecord(LogStream stream) {
      if (stream.nextId() != 1) {
        throw new IllegalStateException(stream.name() + " holds " + stream.nextId() + " records, not 1");
      }
    }
  }
}
