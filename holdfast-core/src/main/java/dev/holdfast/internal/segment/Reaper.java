package dev.holdfast.internal.segment;

import dev.holdfast.internal.logging.Log;
import java.lang.foreign.Arena;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Closes arenas in the background: unmapping takes a handshake with every thread, from 50 µs to 100 ms, which no append
 * or get should wait for. Its thread exists only while there is something to do.
 */
public final class Reaper implements AutoCloseable {
  private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
      new LinkedBlockingQueue<>(), Thread.ofPlatform().name("holdfast-reaper").daemon().factory());

  /** Creates it. */
  public Reaper() {
    thread.allowCoreThreadTimeOut(true);
  }

  /** Closes {@code arena} soon. */
  void close(Arena arena) {
    try {
      thread.execute(arena::close);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // closed meanwhile, or no thread can be started
      Log.debug("an arena is closed by the thread that gives it up", e);
      arena.close();
    }
  }

  /**
   * Ends when what is queued has been closed: whoever closes a log can then delete its files, or unmount the disk they
   * are on. Arenas that come later are closed at once. An interrupt does not end the wait, and is kept.
   */
  @Override
  public void close() {
    thread.shutdown();
    var interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
