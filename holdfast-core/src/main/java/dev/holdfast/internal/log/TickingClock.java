package dev.holdfast.internal.log;

import dev.holdfast.internal.logging.Log;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A clock in milliseconds for those who ask many times in each: reading the system's takes as long as computing the
 * checksum of a small record. When it is asked often a thread reads it every millisecond, until it is hardly asked any
 * more; then each who asks reads it. So a time may be old by a millisecond, and by as long as that thread has to wait
 * for a processor. The thread waits a while to be needed again before it ends: whoever finds out that it is needed
 * appends, and starting one takes as long as thousands of appends. Safe for use by many threads.
 */
final class TickingClock implements InstantSource {
  private static final int MANY = 250;
  private static final int IDLE_TICKS = 16;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final InstantSource source;
  private final long waitNanos;
  private volatile long ticked; // 0: nobody ticks
  private volatile boolean asked; // since the last tick
  // what is lost here when several count at once is counted again
  private long countedMilli;
  private int reads; // in that millisecond

  private @Nullable Thread thread; // guarded by this
  private volatile boolean wanted; // set under this object's monitor, unset by the thread: it is to tick, or does

  TickingClock(InstantSource source) {
    this(source, WAIT_NANOS);
  }

  /** Creates one whose thread waits that long before it ends. */
  TickingClock(InstantSource source, long waitNanos) {
    this.source = source;
    this.waitNanos = waitNanos;
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
    } else if (++reads == MANY && !wanted) {
      begin();
    }
    return now;
  }

  private synchronized void begin() {
    wanted = true;
    if (thread != null) {
      LockSupport.unpark(thread);
      return;
    }
    try {
      thread = Thread.ofPlatform().name("holdfast-clock").daemon().inheritInheritableThreadLocals(false)
          .start(this::work);
    } catch (Error e) { // no thread can be started
      wanted = false;
      Log.debug("the clock is read for each record", e);
    }
  }

  private void work() {
    try {
      do {
        tick();
      } while (isWantedAgain());
    } finally {
      end();
    }
  }

  /** Whatever ends this thread, another one may be started; it may be there already. */
  private synchronized void end() {
    if (Thread.currentThread().equals(thread)) {
      ticked = 0;
      wanted = false;
      thread = null;
    }
  }

  private void tick() {
    for (var idle = 0; idle < IDLE_TICKS; idle++) {
      ticked = source.millis();
      LockSupport.parkNanos(TICK_NANOS);
      if (asked) {
        asked = false;
        idle = 0;
      }
    }
    ticked = 0; // before it may be wanted again
    wanted = false;
  }

  /** Waits a while to be wanted; if it is not the thread ends. */
  private boolean isWantedAgain() {
    var deadline = System.nanoTime() + waitNanos;
    for (var left = waitNanos; left > 0 && !wanted; left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
    synchronized (this) {
      if (!wanted) {
        end();
      }
      return wanted;
    }
  }

  /** Returns whether a thread reads the clock for those who ask. */
  boolean isTicking() {
    return wanted;
  }

  /** Returns whether there is a thread that does, or may again. */
  synchronized boolean hasThread() {
    return thread != null;
  }
}
