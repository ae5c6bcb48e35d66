package dev.holdfast.internal.stream;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What those who append to one stream share with the one who leads. */
final class WriteState {
  final ReentrantLock lock = new ReentrantLock();
  /** Signalled when a leader has taken a half, when there is none any more, and when all is over. */
  final Condition changed = lock.newCondition();

  // guarded by lock
  final Staging staging;
  final Waiters waiters = new Waiters();
  long syncRequested; // the end that somebody wants to be durable
  boolean closing;

  WriteState(Staging staging) {
    this.staging = staging;
  }

  /** Tells everybody who waits for an end beyond {@code id} of an error. */
  void fail(long id, RuntimeException error) {
    List<Waiter> concerned;
    lock.lock();
    try {
      concerned = waiters.fail(id, error);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Waiters.wakeThreads(concerned);
  }
}
