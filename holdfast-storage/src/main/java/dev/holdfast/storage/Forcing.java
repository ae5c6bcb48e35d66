package dev.holdfast.storage;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Forces channels without holding up virtual threads: one that is inside a system call keeps its carrier, of which
 * there are only as many as processors, and a force takes so long that a few of them would stop all other virtual
 * threads. So a virtual thread lets a platform thread do it and parks meanwhile.
 */
final class Forcing {

  /** More forces than this at a time gain nothing: the device has to do them one after the other. */
  private static final int MAX_THREADS = 64;

  private static final int IDLE_SECONDS = 10;

  private Forcing() {}

  /** Forces the channel on this thread, or, if it is virtual, on another. Interrupts do not disturb it. */
  static void force(AsynchronousFileChannel channel, boolean metadata) throws IOException {
    if (!Thread.currentThread().isVirtual()) {
      channel.force(metadata);
      return;
    }
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
