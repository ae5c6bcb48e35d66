package dev.holdfast.internal.stream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a stream has done since it was opened. Safe to be read by many threads. */
final class StreamCounters {
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder writes = new LongAdder();
  private final LongAdder syncs = new LongAdder();
  private final LongAdder rotations = new LongAdder();

  /** Called under the stream's lock, so nothing is lost between reading and writing. */
  void appended(int count, long size) {
    records.setRelease(records.getPlain() + count);
    bytes.setRelease(bytes.getPlain() + size);
  }

  void written() {
    writes.increment();
  }

  void synced() {
    syncs.increment();
  }

  void rotated() {
    rotations.increment();
  }

  long records() {
    return records.get();
  }

  long bytes() {
    return bytes.get();
  }

  long writes() {
    return writes.sum();
  }

  long syncs() {
    return syncs.sum();
  }

  long rotations() {
    return rotations.sum();
  }
}
