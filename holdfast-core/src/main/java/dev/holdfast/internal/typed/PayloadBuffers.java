package dev.holdfast.internal.typed;

import dev.holdfast.WalOptions;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Buffers that entries are encoded into, one entry at a time each. Safe for use by many threads. */
final class PayloadBuffers {
  private static final int SLOTS = 16;

  private final AtomicReferenceArray<PayloadBuffer> slots = new AtomicReferenceArray<>(SLOTS);
  private final int limit;

  PayloadBuffers(WalOptions options) {
    limit = options.maxRecordSize();
  }

  PayloadBuffer take() {
    var buffer = slots.getAndSet(slot(), null);
    return buffer == null ? new PayloadBuffer(limit) : buffer;
  }

  void giveBack(PayloadBuffer buffer) {
    slots.set(slot(), buffer);
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SLOTS - 1;
  }
}
