package dev.holdfast.internal.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Does the same with several streams at a time: each on a virtual thread, which lets a platform thread do its syncs.
 */
public final class InParallel {
  private InParallel() {}

  /**
   * Calls {@code task} with each item and returns the results in the items' order, once all calls have ended.
   * Interrupts do not disturb it. If calls fail, the first failure in the items' order is thrown, with the others
   * suppressed.
   */
  public static <T, R> List<R> map(List<? extends T> items, Function<? super T, ? extends R> task) {
    if (items.size() == 1) {
      return List.of(task.apply(items.getFirst()));
    }
    var results = new ArrayList<CompletableFuture<R>>(items.size());
    for (var item : items) {
      var result = new CompletableFuture<R>();
      results.add(result);
      Thread.ofVirtual().name("holdfast-shard").start(() -> {
        try {
          result.complete(task.apply(item));
        } catch (Throwable e) { // whoever waits must be told
          result.completeExceptionally(e);
        }
      });
    }
    return await(results);
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
