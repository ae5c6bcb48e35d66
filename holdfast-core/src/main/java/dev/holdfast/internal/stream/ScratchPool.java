package dev.holdfast.internal.stream;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Scratches used by gets, one at a time each. Safe for use by many threads. */
public final class ScratchPool {
  private static final int SLOTS = 64;
  private static final int SIZE = 5120; // what lies between two index entries, and a small frame
  private final AtomicReferenceArray<Scratch> slots = new AtomicReferenceArray<>(SLOTS);

  /** Creates a pool. */
  public ScratchPool() {
    // nothing is made ahead of need
  }

  Scratch take() {
    var scratch = slots.getAndSet(slot(), null);
    return scratch == null ? new Scratch(SIZE) : scratch;
  }

  void giveBack(Scratch scratch) {
    scratch.shrink();
    slots.setRelease(slot(), scratch);
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SLOTS - 1;
  }
}
