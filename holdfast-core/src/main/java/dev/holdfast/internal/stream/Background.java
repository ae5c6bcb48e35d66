package dev.holdfast.internal.stream;

import java.util.concurrent.Executor;

/** Who does for a log what nobody waits for. */
public interface Background extends AutoCloseable {

  /** Returns where segments are prepared and sealed. */
  Executor maintenance();

  /** Returns whether something waits for one of those threads. */
  default boolean isMaintenanceWaiting() {
    return false;
  }

  /** Runs a commit on behalf of futures; not in the calling thread, which holds the lock that a commit needs. */
  void commit(Runnable task);

  /** Runs {@code task} as a commit after {@code nanos}; not at all if the log is closed before. */
  void after(long nanos, Runnable task);

  /** Ends when what has begun is done. */
  @Override
  void close();
}
