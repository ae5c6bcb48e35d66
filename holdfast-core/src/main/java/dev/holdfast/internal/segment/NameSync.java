package dev.holdfast.internal.segment;

import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes the names in a stream's directory durable, by one sync at a time: a sync error is reported to one caller only,
 * so the failure is recorded in the stream's {@link FailStop} before the lock is released, and looked at after it is
 * taken. Names are counted, because one sync makes all of them durable that were given before it began. Safe for use by
 * many threads.
 */
public final class NameSync {
  /** The number of a name that was durable from the beginning. */
  static final long DURABLE = 0;

  private final FailStop failStop;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong given = new AtomicLong(DURABLE);
  private volatile long durable = DURABLE; // guarded by lock for writing: names up to this number are

  /** Creates it for a stream. */
  public NameSync(FailStop failStop) {
    this.failStop = failStop;
  }

  FailStop failStop() {
    return failStop;
  }

  /** Returns the number of a name that has just been given, or taken away. */
  long given() {
    return given.incrementAndGet();
  }

  /** Returns whether the name with this number, and all before it, are known to be durable. */
  boolean isDurable(long name) {
    return name <= durable;
  }

  /** Makes everything durable that was done to names before this call. */
  public void sync(Directory directory) throws IOException {
    sync(directory, given());
  }

  /** Makes the name with this number durable, unless it is. */
  void sync(Directory directory, long name) throws IOException {
    if (isDurable(name)) {
      return;
    }
    lock.lock();
    try {
      failStop.check();
      if (isDurable(name)) {
        return;
      }
      var target = given.get();
      try {
        directory.sync();
      } catch (IOException | RuntimeException | Error e) {
        failStop.fail(e);
        throw e;
      }
      durable = target;
    } finally {
      lock.unlock();
    }
  }
}
