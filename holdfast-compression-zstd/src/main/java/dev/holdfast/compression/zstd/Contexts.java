package dev.holdfast.compression.zstd;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Contexts of the library, with native memory of their own, kept to be used again; shared by all logs of a program, so
 * that what is kept is bounded. Safe for use by many threads.
 */
final class Contexts<C extends AutoCloseable> {
  private final AtomicReferenceArray<C> idle = new AtomicReferenceArray<>(
      Integer.highestOneBit(Runtime.getRuntime().availableProcessors()));
  private final Supplier<C> maker;

  Contexts(Supplier<C> maker) {
    this.maker = maker;
  }

  /** Returns a context that nobody else uses. */
  C take() {
    var start = slot();
    for (var i = 0; i < idle.length(); i++) {
      var context = idle.getAndSet((start + i) & (idle.length() - 1), null);
      if (context != null) {
        return context;
      }
    }
    return maker.get();
  }

  /** Keeps a context, or frees it if there are enough. */
  void giveBack(C context) {
    var start = slot();
    for (var i = 0; i < idle.length(); i++) {
      if (idle.compareAndSet((start + i) & (idle.length() - 1), null, context)) {
        return;
      }
    }
    try {
      context.close();
    } catch (Exception e) {
      throw new IllegalStateException("a context cannot be freed", e);
    }
  }

  private int slot() {
    return (int) Thread.currentThread().threadId();
  }
}
