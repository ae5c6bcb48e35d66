package dev.holdfast.benchmarks.peer;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Tails a store that cannot be tailed by asking for the next number again and again. */
final class Polling implements PeerLog.Tail {
  private final Lookup lookup;
  private long next;

  Polling(long from, Lookup lookup) {
    this.next = from;
    this.lookup = lookup;
  }

  @Override
  public @Nullable ByteBuffer poll() throws Exception {
    ByteBuffer record = lookup.find(next);
    if (record != null) {
      next++;
    }
    return record;
  }

  @Override
  public void close() {
    // It holds nothing.
  }

  /** Finds a record by its number. */
  @FunctionalInterface
  interface Lookup {

    /** Returns the record, null if it is not there (yet). */
    @Nullable
    ByteBuffer find(long number) throws Exception;
  }
}
