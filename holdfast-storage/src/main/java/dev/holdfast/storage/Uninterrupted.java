package dev.holdfast.storage;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.TimeUnit;

/** Runs what an interrupt of the thread would spoil, and leaves the interrupt flag as it would have been. */
final class Uninterrupted {

  /** An action that works on a channel of its own, so that it can be repeated from the start. */
  @FunctionalInterface
  interface ChannelAction<T> {
    T run() throws IOException;
  }

  private Uninterrupted() {}

  /** Runs {@code action}, again if an interrupt closed its channel under it. */
  static <T> T call(ChannelAction<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return action.run();
        } catch (ClosedByInterruptException _) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Sleeps for {@code millis} milliseconds. */
  static void sleep(long millis) {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
        try {
          TimeUnit.NANOSECONDS.sleep(left);
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
