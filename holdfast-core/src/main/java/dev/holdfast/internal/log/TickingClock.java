package dev.holdfast.internal.log;

import dev.holdfast.internal.logging.Log;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A clock in milliseconds for those who ask many times in each: reading the system's takes as long as computing the
 * checksum of a small record. When it is asked often a thread reads it every millisecond, until it is hardly asked any
 * more; then each who asks reads it. So a time may be old by a millisecond, and by as long as that thread has to wait
 * for a processor. Safe for use by many threads.
 */
final class TickingClock implements InstantSource {
  private static final int MANY = 1000;
  private static final int IDLE_TICKS = 16;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final InstantSource source;
  private final AtomicBoolean ticking = new AtomicBoolean();
  private volatile long ticked; // 0: nobody ticks
  private volatile boolean asked; // since the last tick
  // what is lost here when several count at once is counted again
  private long countedMilli;
  private int reads; // in that millisecond

  TickingClock(InstantSource source) {
    this.source = source;
  }

  @Override
  public Instant instant() {
    return source.instant();
  }

  @Override
  public long millis() {
    var now = ticked;
    if (now == 0) {
      return readAndCount();
    }
    if (!asked) {
      asked = true;
    }
    return now;
  }

  private long readAndCount() {
    var now = source.millis();
    if (now != countedMilli) {
      countedMilli = now;
      reads = 0;
    } else if (++reads == MANY && ticking.compareAndSet(false, true)) {
      begin();
    }
    return now;
  }

  private void begin() {
    try {
      Thread.ofPlatform().name("holdfast-clock").daemon().inheritInheritableThreadLocals(false).start(this::tick);
    } catch (Error e) { // no thread can be started
      ticking.set(false);
      Log.debug("the clock is read for each record", e);
    }
  }

  private void tick() {
    try {
      for (var idle = 0; idle < IDLE_TICKS; idle++) {
        ticked = source.millis();
        LockSupport.parkNanos(TICK_NANOS);
        if (asked) {
          asked = false;
          idle = 0;
        }
      }
    } finally {
      ticked = 0;
      ticking.set(false);
    }
  }

  /** Returns whether a thread reads the clock for those who ask. */
  boolean isTicking() {
    return ticking.get();
  }
}
