package dev.holdfast.cli;

import dev.holdfast.LogStream;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntSupplier;

/** Appends lines from several threads at once, each waiting for its acknowledgement before it takes the next line. */
final class LineWriters {

  /** Is told what happens to each line, by many threads. */
  interface Listener {
    /** A line is about to be appended. */
    void begun(int line);

    /**
     * A line has been acknowledged.
     *
     * @param nanos how long its append took
     */
    void acknowledged(int line, long id, long nanos);
  }

  private final DemoInput input;
  private final LogStream stream;
  private final Listener listener;

  LineWriters(DemoInput input, LogStream stream, Listener listener) {
    this.input = input;
    this.stream = stream;
    this.listener = listener;
  }

  /**
   * Appends lines until there are no more.
   *
   * @param writers how many threads
   * @param lines gives the next line to whoever asks, and a negative number when there are none left
   */
  void run(int writers, IntSupplier lines) throws InterruptedException {
    try (var threads = Executors.newFixedThreadPool(writers, Thread.ofPlatform().name("writer-", 1).factory())) {
      var results = new ArrayList<Future<?>>();
      for (var i = 0; i < writers; i++) {
        results.add(threads.submit(() -> write(lines)));
      }
      for (var result : results) {
        join(result);
      }
    }
  }

  private static void join(Future<?> result) throws InterruptedException {
    try {
      result.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
    }
  }

  private void write(IntSupplier lines) {
    for (var line = lines.getAsInt(); line >= 0; line = lines.getAsInt()) {
      var bytes = input.line(line);
      listener.begun(line);
      var start = System.nanoTime();
      var id = stream.append(bytes);
      listener.acknowledged(line, id, System.nanoTime() - start);
    }
  }
}
