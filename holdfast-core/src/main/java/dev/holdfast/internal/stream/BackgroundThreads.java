package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a log: a few platform daemons that end when there is nothing to do. Preparing and sealing segments has
 * its own, so that committing on behalf of futures never waits behind the zero-filling of a file.
 */
public final class BackgroundThreads implements Background {
  private static final int MAINTENANCE_THREADS = 4;
  private static final int COMMIT_THREADS = 16;

  private final ThreadPoolExecutor maintenance = pool("holdfast-maintenance-", MAINTENANCE_THREADS);
  private final ThreadPoolExecutor commits = pool("holdfast-commit-", COMMIT_THREADS);
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
      Thread.ofPlatform().name("holdfast-timer").daemon().factory());

  /** Creates it; threads start when they are needed. */
  public BackgroundThreads() {
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    var pool = new ThreadPoolExecutor(threads, threads, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        Thread.ofPlatform().name(name, 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public Executor maintenance() {
    return maintenance;
  }

  @Override
  public boolean isMaintenanceWaiting() {
    return !maintenance.getQueue().isEmpty();
  }

  @Override
  public void commit(Runnable task) {
    commits.execute(task);
  }

  @Override
  public void after(long nanos, Runnable task) {
    try {
      var _ = timer.schedule(() -> begin(task), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      Log.debug("the log is closed: its last sync covers what was to be synced later", e);
    }
  }

  /** A timer that is lost would stay lost: if no thread can be started, a virtual one needs none of its own. */
  private void begin(Runnable task) {
    try {
      commits.execute(task);
    } catch (RejectedExecutionException e) {
      Log.debug("the log is closed: its last sync covers what was to be synced later", e);
    } catch (Error e) {
      Log.warning("no thread for what is due, a virtual one does it", e);
      Thread.ofVirtual().name("holdfast-timer").start(task);
    }
  }

  /** Ends the threads when what they have begun is done. */
  @Override
  public void close() {
    timer.shutdown();
    commits.shutdown();
    maintenance.shutdown();
  }
}
