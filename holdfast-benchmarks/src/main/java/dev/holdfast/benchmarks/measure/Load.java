package dev.holdfast.benchmarks.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How an operation is done over and over in one round: by how many threads, and until when.
 *
 * @param kind what kind of threads
 * @param threads how many, at least 1; each begins its next operation when the one before has returned
 * @param duration when the round ends, at the latest
 * @param operationsAtMost after how many operations it ends, at the latest
 * @param timing whether each operation is timed
 */
public record Load(ThreadKind kind, int threads, Duration duration, long operationsAtMost, Timing timing) {
  private static final int UNTIMED_STEPS = 64;
  private static final int THREAD_SHIFT = 40;

  /** What is timed. */
  public enum Timing {
    /** Every operation. Adds some 30 ns to each. */
    EACH,
    /** Only the round as a whole, for operations of less than some microseconds. */
    ROUND
  }

  /** Returns the number of the thread, from 0, that an iteration was given to. */
  public static int threadOf(long iteration) {
    return (int) (iteration >>> THREAD_SHIFT);
  }

  /** Returns this load for another duration. */
  public Load lasting(Duration other) {
    return new Load(kind, threads, other, operationsAtMost, timing);
  }

  /** Runs one round. */
  public Figures run(Operation operation) throws Exception {
    var ready = new CountDownLatch(threads);
    var start = new CompletableFuture<Long>();
    List<Future<ThreadFigures>> results = new ArrayList<>();
    try (ExecutorService executor = Executors.newThreadPerTaskExecutor(kind.factory())) {
      for (int i = 0; i < threads; i++) {
        long firstIteration = (long) i << THREAD_SHIFT;
        results.add(executor.submit((Callable<ThreadFigures>) () -> {
          ready.countDown();
          return repeat(operation, firstIteration, start.get() + duration.toNanos());
        }));
      }
      ready.await();
      start.complete(System.nanoTime());
    }
    return sum(results);
  }

  private ThreadFigures repeat(Operation operation, long firstIteration, long end) throws Exception {
    return switch (timing) {
      case EACH -> repeatTimed(operation, firstIteration, end);
      case ROUND -> repeatUntimed(operation, firstIteration, end);
    };
  }

  /**
   * All threads end at the same time: virtual threads whose operation holds on to their carrier would otherwise come
   * one after the other, each for the length of a round. But there is always one operation, by the first thread.
   */
  private static boolean goesOn(long firstIteration, long done, long now, long end) {
    return now - end < 0 || (firstIteration == 0 && done == 0);
  }

  private ThreadFigures repeatTimed(Operation operation, long firstIteration, long end) throws Exception {
    var latencies = new Latencies();
    long share = Math.max(1, operationsAtMost / threads);
    long begin = System.nanoTime();
    long now = begin;
    for (long i = 0; i < share && goesOn(firstIteration, i, now, end); i++) {
      operation.run(firstIteration + i);
      long after = System.nanoTime();
      latencies.add(after - now);
      now = after;
    }
    return new ThreadFigures(latencies.count(), begin, now, latencies);
  }

  private ThreadFigures repeatUntimed(Operation operation, long firstIteration, long end) throws Exception {
    long share = Math.max(1, operationsAtMost / threads);
    long begin = System.nanoTime();
    long now = begin;
    long done = 0;
    while (done < share && goesOn(firstIteration, done, now, end)) {
      long until = Math.min(share, done + UNTIMED_STEPS);
      for (; done < until; done++) {
        operation.run(firstIteration + done);
      }
      now = System.nanoTime();
    }
    return new ThreadFigures(done, begin, now, new Latencies());
  }

  private static Figures sum(List<Future<ThreadFigures>> results) throws Exception {
    var latencies = new Latencies();
    long operations = 0;
    long begin = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Future<ThreadFigures> result : results) {
      ThreadFigures one = resultOf(result);
      if (one.operations == 0) {
        continue; // its turn came when the round was over
      }
      operations += one.operations;
      begin = Math.min(begin, one.begin);
      end = Math.max(end, one.end);
      latencies.addAll(one.latencies);
    }
    return new Figures(operations, Math.max(1, end - begin), latencies);
  }

  private static ThreadFigures resultOf(Future<ThreadFigures> result) throws Exception {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private record ThreadFigures(long operations, long begin, long end, Latencies latencies) {}
}
