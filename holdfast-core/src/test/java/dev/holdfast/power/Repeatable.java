package dev.holdfast.power;

import dev.holdfast.internal.log.Surroundings;
import dev.holdfast.internal.stream.Background;
import dev.holdfast.internal.stream.BackgroundThreads;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Surroundings in which a log writes the same bytes each time. */
final class Repeatable {
  private static final long BEGIN = 1_700_000_000_000L; // ms
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private Repeatable() {}

  /** Preparing and sealing are done by whoever rotates, nothing is done by a timer: all in the same order each time. */
  static Surroundings inOneThread(long seed) {
    return of(seed, 3, InCallingThread::new);
  }

  /** Preparing and sealing are done by other threads: their operations fall between others here or there. */
  static Surroundings withThreads(long seed) {
    return of(seed, 3, BackgroundThreads::new);
  }

  /** As {@link #inOneThread}, and busy streams get a ring. */
  static Surroundings withRings(long seed) {
    return of(seed, 3, InCallingThread::new);
  }

  /** The same where time passes quickly: segments, which here last milliseconds, do not follow each other at once. */
  static Surroundings slowly(Surroundings surroundings) {
    return new Surroundings(() -> Instant.ofEpochMilli(BEGIN + 1000 * (surroundings.clock().millis() - BEGIN)),
        surroundings.random(), surroundings.newLogId(), surroundings.writesBeforeMap(), surroundings.background());
  }

  private static Surroundings of(long seed, int writesBeforeMap, Supplier<Background> background) {
    var ticks = new AtomicLong();
    RandomGenerator random = random(seed);
    return new Surroundings(() -> Instant.ofEpochMilli(BEGIN + ticks.incrementAndGet()), random,
        () -> new UUID(random.nextLong(), random.nextLong()), writesBeforeMap, background);
  }

  /** SplitMix64, for many threads (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
  private static RandomGenerator random(long seed) {
    var state = new AtomicLong(seed);
    return () -> {
      var z = state.addAndGet(GOLDEN_RATIO);
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      return z ^ z >>> 31;
    };
  }

  /** Commits on behalf of futures have a thread all the same: their callers hold the lock. */
  private static final class InCallingThread implements Background {
    private static final ExecutorService COMMITS = Executors
        .newCachedThreadPool(Thread.ofPlatform().name("commit-", 0).daemon().factory());

    @Override
    public Executor maintenance() {
      return Runnable::run;
    }

    @Override
    public void commit(Runnable task) {
      COMMITS.execute(task);
    }

    @Override
    public void after(long nanos, Runnable task) {
      // never: a timer would strike here or there
    }

    @Override
    public void close() {
      // there is nothing to end
    }
  }
}
