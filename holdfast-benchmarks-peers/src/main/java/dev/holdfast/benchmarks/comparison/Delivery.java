package dev.holdfast.benchmarks.comparison;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads what is appended as it comes, so that an appender can wait until its record has been delivered.
 * For one appending thread.
 */
final class Delivery implements Closeable {
  private static final long IDLE_NANOS = 20_000_000;
  private static final int SPINS = 2_000;

  private final Poll poll;
  private final Thread reader;

  /** Written by the appender. */
  private volatile long requested;

  // Written by the reader.
  private volatile long delivered;
  private volatile boolean parked;
  private volatile @Nullable Exception failure;

  private volatile boolean closed;

  private Delivery(Poll poll) {
    this.poll = poll;
    this.reader = Thread.ofPlatform().name("delivery").daemon().unstarted(this::read);
  }

  /** Starts the thread. */
  static Delivery of(Poll poll) {
    var delivery = new Delivery(poll);
    delivery.reader.start();
    return delivery;
  }

  /** Takes the next record if there is one. */
  @FunctionalInterface
  interface Poll {

    /** Returns whether there was one. */
    boolean poll() throws Exception;
  }

  /** Appends a record. */
  @FunctionalInterface
  interface Append {

    /** Does it. */
    void append() throws Exception;
  }

  /** Appends one record and returns when the reader has it. */
  void appendAndAwait(Append append) throws Exception {
    long number = requested + 1;
    requested = number;
    if (parked) {
      LockSupport.unpark(reader);
    }
    append.append();
    for (int spins = 0; delivered < number; spins++) {
      Exception failed = failure;
      if (failed != null) {
        throw failed;
      }
      pause(spins);
    }
  }

  private void read() {
    try {
      long idleSince = System.nanoTime();
      long count = 0;
      for (int spins = 0; !closed; spins++) {
        if (poll.poll()) {
          delivered = ++count;
          idleSince = System.nanoTime();
          spins = 0;
        } else if (delivered == requested && System.nanoTime() - idleSince > IDLE_NANOS) {
          park();
        } else {
          pause(spins);
        }
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  /** Leaves the processor to others while it is their turn. */
  private void park() {
    parked = true;
    if (delivered == requested && !closed) {
      LockSupport.park(this);
    }
    parked = false;
  }

  @SuppressWarnings("ThreadPriorityCheck") // Only lets others run that this one waits for.
  private static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    LockSupport.unpark(reader);
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
