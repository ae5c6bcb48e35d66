package dev.holdfast.internal.stream;

import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits for an end of the stream to pass an id: a parked thread, or a future. A thread may also be woken
 * to become the leader.
 */
final class Waiter {
  private enum Verdict {
    WAITING, LEAD, DONE
  }

  /** What a future is completed with. */
  private record Promise<T>(CompletableFuture<T> future, T value) {
    void complete() {
      future.complete(value);
    }
  }

  private final long end;
  private final @Nullable Thread thread;
  private final @Nullable Promise<?> promise;
  private volatile Verdict verdict = Verdict.WAITING;
  private @Nullable RuntimeException error; // written before verdict, read after

  private Waiter(long end, @Nullable Thread thread, @Nullable Promise<?> promise) {
    this.end = end;
    this.thread = thread;
    this.promise = promise;
  }

  /** Returns one that parks the calling thread. */
  static Waiter thread(long end) {
    return new Waiter(end, Thread.currentThread(), null);
  }

  /** Returns one that completes a future with {@code value}. */
  static <T> Waiter future(long end, CompletableFuture<T> future, T value) {
    return new Waiter(end, null, new Promise<>(future, value));
  }

  /** Returns the id the end has to reach. */
  long end() {
    return end;
  }

  boolean isThread() {
    return thread != null;
  }

  /** Notes how it ended; {@link #wake} must follow, outside of the lock. */
  void settle(@Nullable RuntimeException outcome) {
    error = outcome;
    verdict = Verdict.DONE;
  }

  /** Makes it the leader; {@link #wake} must follow. */
  void lead() {
    verdict = Verdict.LEAD;
  }

  /** Wakes the thread, or completes the future on the calling thread. */
  void wake() {
    if (thread != null) {
      LockSupport.unpark(thread);
    } else if (promise != null) {
      if (error != null) {
        promise.future.completeExceptionally(error);
      } else {
        promise.complete();
      }
    }
  }

  /**
   * Parks until it is settled or made the leader. Parking with the interrupt flag set would spin: the flag is cleared
   * meanwhile, and put back.
   *
   * @return true if the thread is to lead
   */
  boolean await() {
    var interrupted = false;
    while (verdict == Verdict.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    var lead = verdict == Verdict.LEAD;
    var outcome = error;
    if (!lead && outcome != null) {
      throw forThisThread(outcome);
    }
    return lead;
  }

  /** One failure is told to many threads: each gets an exception with its own stack. */
  private static RuntimeException forThisThread(RuntimeException outcome) {
    var message = String.valueOf(outcome.getMessage());
    return switch (outcome) {
      case StorageFullException e -> new StorageFullException(message, e);
      case StreamFailedException e -> new StreamFailedException(message, e.getCause() == null ? e : e.getCause());
      default -> outcome;
    };
  }
}
