package dev.holdfast.storage;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Forces channels without holding up virtual threads: one that is inside a system call keeps its carrier, of which
 * there are only as many as processors, and a force takes so long that a few of them would stop all other virtual
 * threads. So only half of the carriers are held up; further virtual threads let a platform thread do it and park.
 */
final class Forcing {

  /** More forces than this at a time gain nothing: the device has to do them one after the other. */
  private static final int MAX_THREADS = 64;

  private static final int IDLE_SECONDS = 10;

  /** How many carriers may be held up at a time: half of them, so that others go on. */
  private static final Semaphore CARRIERS = new Semaphore(carriers() / 2);

  /** While so many virtual threads wait for forces by platform threads, no further carrier is held up. */
  private static final int MANY = 8;

  private static final AtomicInteger WAITING = new AtomicInteger();

  private Forcing() {}

  /**
   * Forces the channel, on this thread or, if too many virtual ones do or wait, on another. Interrupts do not disturb
   * it.
   */
  static void force(AsynchronousFileChannel channel, boolean metadata) throws IOException {
    if (!Thread.currentThread().isVirtual()) {
      channel.force(metadata);
    } else if (WAITING.get() < MANY && CARRIERS.tryAcquire()) {
      try {
        channel.force(metadata);
      } finally {
        CARRIERS.release();
      }
    } else {
      WAITING.incrementAndGet();
      try {
        forceElsewhere(channel, metadata);
      } finally {
        WAITING.decrementAndGet();
      }
    }
  }

  private static void forceElsewhere(AsynchronousFileChannel channel, boolean metadata) throws IOException {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    PlatformThreads.POOL.execute(() -> {
      try {
        channel.force(metadata);
        done.complete(true);
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    });
    // Waits for the outcome whatever happens; unlike a plain park, it does not spin while the interrupt flag is set.
    done.exceptionally(_ -> false).join();
    if (done.isCompletedExceptionally()) {
      Throwable failure = done.exceptionNow();
      throw failure instanceof IOException e ? e : new IOException(failure.toString(), failure);
    }
  }

  private static int carriers() {
    int processors = Runtime.getRuntime().availableProcessors();
    return Math.clamp(Integer.getInteger("jdk.virtualThreadScheduler.parallelism", processors), 1, 1 << 10);
  }

  /** Loaded when a virtual thread forces something for the first time. */
  private static final class PlatformThreads {
    static final ExecutorService POOL = newPool();

    private static ExecutorService newPool() {
      ThreadPoolExecutor pool = new ThreadPoolExecutor(MAX_THREADS, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("holdfast-force-", 0).inheritInheritableThreadLocals(false).factory());
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }
  }
}
