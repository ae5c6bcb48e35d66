package dev.holdfast.benchmarks.peer;

import java.util.concurrent.Semaphore;

/**
 * Bounds what a library that queues appends holds in memory: appends that only pile up are not appends. The bound is
 * about what Holdfast stages.
 */
final class InFlight {
  private static final int MOST_BYTES = 1 << 20;

  private final Semaphore room = new Semaphore(MOST_BYTES);

  /** Waits until there is room for a record of so many bytes. */
  void begin(int bytes) throws InterruptedException {
    room.acquire(counted(bytes));
  }

  /** Says that such a record has been written. */
  void end(int bytes) {
    room.release(counted(bytes));
  }

  /** Waits until everything has been written; nothing may be appended meanwhile. */
  void await() throws InterruptedException {
    room.acquire(MOST_BYTES);
    room.release(MOST_BYTES);
  }

  private static int counted(int bytes) {
    return Math.clamp(bytes, 1, MOST_BYTES);
  }
}
