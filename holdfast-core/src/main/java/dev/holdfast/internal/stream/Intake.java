package dev.holdfast.internal.stream;

import dev.holdfast.IdRange;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Takes what is appended to a stream: refuses what is over the limits, compresses what is worth it before anybody's
 * lock is taken, and hands it to the appender. Safe for use by many threads.
 */
final class Intake {
  private final StreamView view;
  private final WalOptions options;
  private final Packer packer;
  private final Appender appender;

  Intake(StreamView view, WalOptions options, FrameCompression compression, Appender appender) {
    this.view = view;
    this.options = options;
    this.packer = new Packer(options, compression);
    this.appender = appender;
  }

  long append(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    checkSize(length);
    return appendNow(source, offset, length);
  }

  private long appendNow(byte[] source, int offset, int length) {
    var packed = packer.pack(source, offset, length);
    return packed == null ? appender.append(source, offset, length) : appender.append(packed);
  }

  long append(ByteBuffer record) {
    checkSize(record.remaining());
    if (record.hasArray()) {
      var id = appendNow(record.array(), record.arrayOffset() + record.position(), record.remaining());
      record.position(record.limit());
      return id;
    }
    var bytes = bytesOf(record);
    return appendNow(bytes, 0, bytes.length);
  }

  CompletableFuture<Long> appendAsync(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    var future = new CompletableFuture<Long>();
    try {
      checkSize(length);
      var packed = packer.pack(source, offset, length);
      if (packed == null) {
        appender.appendAsync(source, offset, length, future);
      } else {
        appender.appendAsync(packed, future, id -> id);
      }
    } catch (WalException e) {
      future.completeExceptionally(e);
    }
    return future;
  }

  CompletableFuture<Long> appendAsync(ByteBuffer record) {
    try {
      checkSize(record.remaining());
    } catch (RecordTooLargeException e) {
      return CompletableFuture.failedFuture(e);
    }
    var bytes = bytesOf(record);
    return appendAsync(bytes, 0, bytes.length);
  }

  private static byte[] bytesOf(ByteBuffer record) {
    var bytes = new byte[record.remaining()];
    record.get(bytes);
    return bytes;
  }

  IdRange appendBatch(List<byte[]> records) {
    var batch = List.copyOf(records);
    var size = checkBatch(batch);
    if (batch.isEmpty()) {
      return nothing();
    }
    var first = appender.append(unitOf(batch, size));
    return new IdRange(first, first + batch.size());
  }

  CompletableFuture<IdRange> appendBatchAsync(List<byte[]> records) {
    var batch = List.copyOf(records);
    var future = new CompletableFuture<IdRange>();
    try {
      var size = checkBatch(batch);
      if (batch.isEmpty()) {
        future.complete(nothing());
      } else {
        appender.appendAsync(unitOf(batch, size), future, first -> new IdRange(first, first + batch.size()));
      }
    } catch (WalException e) {
      future.completeExceptionally(e);
    }
    return future;
  }

  private Unit unitOf(List<byte[]> batch, int size) {
    var packed = packer.pack(batch, size);
    return packed == null ? new Unit.Batch(batch, size) : packed;
  }

  private IdRange nothing() {
    view.checkOpen();
    view.failStop().check();
    var end = view.readableEnd();
    return new IdRange(end, end);
  }

  private void checkSize(int length) {
    if (length > options.maxRecordSize()) {
      throw new RecordTooLargeException("stream '" + view.name() + "': a record of " + length
          + " bytes is over the limit of " + options.maxRecordSize() + " (WalOptions.maxRecordSize)");
    }
  }

  private int checkBatch(List<byte[]> records) {
    var size = 0L;
    for (var record : records) {
      checkSize(record.length);
      size += Integer.BYTES + record.length;
    }
    if (size > options.maxBatchSize()) {
      throw new RecordTooLargeException(
          "stream '" + view.name() + "': a batch of " + size + " bytes, 4 for each of its "
              + records.size() + " records included, is over the limit of " + options.maxBatchSize()
              + " (WalOptions.maxBatchSize)");
    }
    return (int) size;
  }
}
