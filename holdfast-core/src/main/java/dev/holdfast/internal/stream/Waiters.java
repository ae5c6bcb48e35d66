package dev.holdfast.internal.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who waits for an end of one stream: appenders for the visible end, those who sync for the durable one.
 * Called under the stream's lock, but for {@link #wakeThreads}.
 */
final class Waiters {
  private final ArrayDeque<Waiter> appends = new ArrayDeque<>(); // in the order of their ends
  private final List<Waiter> syncs = new ArrayList<>();
  private final List<Waiter> settledFutures = new ArrayList<>();

  /** Adds somebody who waits for records to be visible; the end is that of the records staged last. */
  void appended(Waiter waiter) {
    appends.addLast(waiter);
  }

  /** Adds somebody who waits for records to be durable. */
  void syncing(Waiter waiter) {
    syncs.add(waiter);
  }

  /** Returns whether anybody waits. */
  boolean isAnybodyWaiting() {
    return !appends.isEmpty() || !syncs.isEmpty();
  }

  /** Settles those whose end has come, and returns them, for {@link #wakeThreads}. */
  List<Waiter> settle(long visibleEnd, long durableEnd) {
    if (appends.isEmpty() && syncs.isEmpty()) {
      return List.of();
    }
    var done = new ArrayList<Waiter>();
    while (!appends.isEmpty() && appends.peekFirst().end() <= visibleEnd) {
      done.add(appends.pollFirst());
    }
    for (var i = syncs.size() - 1; i >= 0; i--) {
      if (syncs.get(i).end() <= durableEnd) {
        done.add(syncs.remove(i));
      }
    }
    return settled(done, null);
  }

  /** Tells those who wait for an end beyond {@code id} of an error, and returns them, for {@link #wakeThreads}. */
  List<Waiter> fail(long id, RuntimeException error) {
    var concerned = new ArrayList<Waiter>();
    while (!appends.isEmpty() && appends.peekLast().end() > id) {
      concerned.addFirst(appends.pollLast());
    }
    concerned.addAll(takeSyncsBeyond(id));
    return settled(concerned, error);
  }

  /** Settles those who wait for a sync beyond {@code id}, and returns them: what they wait for has been cut off. */
  List<Waiter> cutAt(long id) {
    return settled(takeSyncsBeyond(id), null);
  }

  private List<Waiter> takeSyncsBeyond(long id) {
    var beyond = new ArrayList<Waiter>();
    for (var i = syncs.size() - 1; i >= 0; i--) {
      if (syncs.get(i).end() > id) {
        beyond.add(syncs.remove(i));
      }
    }
    return beyond;
  }

  private List<Waiter> settled(List<Waiter> waiters, @Nullable RuntimeException error) {
    for (var waiter : waiters) {
      waiter.settle(error);
      if (!waiter.isThread()) {
        settledFutures.add(waiter);
      }
    }
    return waiters;
  }

  /** Takes the futures settled since the last call: they are completed when leadership has been handed on. */
  List<Waiter> takeSettledFutures() {
    if (settledFutures.isEmpty()) {
      return List.of();
    }
    var futures = List.copyOf(settledFutures);
    settledFutures.clear();
    return futures;
  }

  /** Takes the thread that has waited longest out of the line, to lead; null if only futures wait. */
  @Nullable
  Waiter takeThread() {
    var next = firstThread(appends);
    if (next == null) {
      next = firstThread(syncs);
    }
    if (next != null) {
      appends.remove(next);
      syncs.remove(next);
    }
    return next;
  }

  private static @Nullable Waiter firstThread(Iterable<Waiter> waiters) {
    for (var waiter : waiters) {
      if (waiter.isThread()) {
        return waiter;
      }
    }
    return null;
  }

  /** Wakes the threads among them; called without the lock. */
  static void wakeThreads(List<Waiter> waiters) {
    for (var i = 0; i < waiters.size(); i++) {
      var waiter = waiters.get(i);
      if (waiter.isThread()) {
        waiter.wake();
      }
    }
  }
}
