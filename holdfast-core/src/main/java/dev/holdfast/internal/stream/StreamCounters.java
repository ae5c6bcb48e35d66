package dev.holdfast.internal.stream;

import java.util.concurrent.atomic.LongAdder;

/** What a stream has done since it was opened. */
final class StreamCounters {
  private final LongAdder records = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder syncs = new LongAdder();
  private final LongAdder rotations = new LongAdder();

  void appended(int count, long size) {
    records.add(count);
    bytes.add(size);
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
    return records.sum();
  }

  long bytes() {
    return bytes.sum();
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
