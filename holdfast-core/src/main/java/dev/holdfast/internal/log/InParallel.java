package dev.holdfast.internal.log;

import dev.holdfast.internal.logging.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Does the same with several streams at a time, on virtual threads.
 */
public final class InParallel {
  /** A device has to do syncs one after the other at some depth: more threads would only take memory. */
  static final int MAX_THREADS = 64;

  private InParallel() {}

  /**
   * Calls {@code task} with each item and returns the results in the items' order, once all calls have ended.
   * Interrupts do not disturb it. If calls fail, the first failure in the items' order is thrown, with the others
   * suppressed.
   */
  public static <T, R> List<R> map(List<? extends T> items, Function<? super T, ? extends R> task) {
    return map(items, MAX_THREADS, task);
  }

  /** Does the same with at most so many items at a time. */
  static <T, R> List<R> map(List<? extends T> items, int atOnce, Function<? super T, ? extends R> task) {
    if (items.size() == 1) {
      return List.of(task.apply(items.getFirst()));
    }
    var results = new ArrayList<CompletableFuture<R>>(items.size());
    for (var i = 0; i < items.size(); i++) {
      results.add(new CompletableFuture<>());
    }
    var next = new AtomicInteger();
    Runnable work = () -> {
      for (var n = next.getAndIncrement(); n < items.size(); n = next.getAndIncrement()) {
        complete(results.get(n), items.get(n), task);
      }
    };
    for (var i = 0; i < Math.min(atOnce, items.size()); i++) {
      try {
        Thread.ofVirtual().name("holdfast-stream").start(work);
      } catch (Error e) { // all must have ended when this returns
        Log.warning("no thread for streams, this one does it", e);
        work.run();
      }
    }
    return await(results);
  }

  private static <T, R> void complete(CompletableFuture<R> result, T item, Function<? super T, ? extends R> task) {
    try {
      result.complete(task.apply(item));
    } catch (Throwable e) { // whoever waits must be told
      result.completeExceptionally(e);
    }
  }

  private static <R> List<R> await(List<CompletableFuture<R>> results) {
    var values = new ArrayList<R>(results.size());
    var failures = new ArrayList<Throwable>();
    for (var result : results) {
      try {
        values.add(result.join());
      } catch (CompletionException e) {
        failures.add(e.getCause() == null ? e : e.getCause());
      }
    }
    if (!failures.isEmpty()) {
      throw first(failures);
    }
    return values;
  }

  private static RuntimeException first(List<Throwable> failures) {
    var first = failures.removeFirst();
    failures.stream().filter(other -> !other.equals(first)).forEach(first::addSuppressed);
    return switch (first) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(first);
    };
  }
}
