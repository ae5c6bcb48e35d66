package dev.holdfast.internal.stream;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many files of truncated segments the streams of a log may keep together, and whether they may at all: where space
 * has run out, truncating must make some. Safe for use by many threads.
 */
public final class SpareLimits {
  private static final int MOST = 64;
  private static final long SHORT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Semaphore available = new Semaphore(MOST);
  private volatile boolean ranOut;
  private volatile long ranOutAt; // nanoTime

  /** Notes that a write or an allocation found no space. */
  void spaceRanOut() {
    ranOutAt = System.nanoTime();
    ranOut = true;
  }

  /** Returns whether space has run out lately: then nothing is kept that could be deleted. */
  boolean isSpaceShort() {
    return ranOut && System.nanoTime() - ranOutAt < SHORT_NANOS;
  }

  /** Asks for leave to keep one file more. */
  boolean tryKeep() {
    return !isSpaceShort() && available.tryAcquire();
  }

  /** Notes that a file is no longer kept. */
  void release() {
    available.release();
  }
}
