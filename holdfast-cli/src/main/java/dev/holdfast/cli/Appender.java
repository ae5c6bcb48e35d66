package dev.holdfast.cli;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends records in order without waiting for each: so they share syncs. Counts only what has been acknowledged.
 * Belongs to one thread.
 */
final class Appender {
  /** Enough to keep the disk busy; the staging area of the log bounds the memory. */
  private static final int MAX_UNDER_WAY = 1024;
  private static final int PREFIX = Integer.BYTES;

  private final LogStream stream;
  private final int batchRecords;
  private final long batchBytes;
  private final Consumer<IdRange> acknowledged;
  private final Deque<Pending> underWay = new ArrayDeque<>();
  private final List<byte[]> batch = new ArrayList<>();
  private long batchSize;
  private @Nullable IdRange ids;
  private long bytes;

  private record Pending(CompletableFuture<IdRange> ids, long bytes) {}

  /**
   * Creates an appender.
   *
   * @param batchRecords how many records make a batch; 1 appends single records
   * @param batchBytes what a batch may hold at most, 4 bytes for each record included
   * @param acknowledged told the ids of each append in order
   */
  Appender(LogStream stream, int batchRecords, long batchBytes, Consumer<IdRange> acknowledged) {
    this.stream = stream;
    this.batchRecords = batchRecords;
    this.batchBytes = batchBytes;
    this.acknowledged = acknowledged;
  }

  /** Appends one record, now or with its batch. */
  void add(byte[] record) {
    if (batchRecords == 1) {
      submit(stream.appendAsync(record).thenApply(id -> new IdRange(id, id + 1)), record.length);
      return;
    }
    if (batchSize + PREFIX + record.length > batchBytes) {
      submitBatch();
    }
    batch.add(record);
    batchSize += PREFIX + record.length;
    if (batch.size() == batchRecords) {
      submitBatch();
    }
  }

  /** Waits until everything appended so far is acknowledged, an unfinished batch excepted. */
  void awaitUnderWay() {
    while (!underWay.isEmpty()) {
      awaitOldest();
    }
  }

  /** Appends an unfinished batch, and waits until everything is acknowledged. */
  void finish() {
    submitBatch();
    awaitUnderWay();
  }

  /** Returns the ids that have been acknowledged; null if there are none. */
  @Nullable
  IdRange ids() {
    return ids;
  }

  /** Returns the bytes of the records that have been acknowledged. */
  long bytes() {
    return bytes;
  }

  private void submitBatch() {
    if (!batch.isEmpty()) {
      submit(stream.appendBatchAsync(List.copyOf(batch)), batchSize - (long) PREFIX * batch.size());
      batch.clear();
      batchSize = 0;
    }
  }

  private void submit(CompletableFuture<IdRange> result, long size) {
    underWay.add(new Pending(result, size));
    if (underWay.size() >= MAX_UNDER_WAY) {
      awaitOldest();
    }
  }

  private void awaitOldest() {
    var oldest = underWay.remove();
    var range = oldest.ids.join();
    ids = ids == null ? range : new IdRange(ids.start(), range.end());
    bytes += oldest.bytes;
    acknowledged.accept(range);
  }
}
