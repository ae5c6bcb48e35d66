package dev.holdfast.internal.stream;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.TxnWriter;
import dev.holdfast.WalOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Collects a batch in memory. */
final class Transaction implements TxnWriter {
  private final LogStream stream;
  private final WalOptions options;
  private final List<byte[]> records = new ArrayList<>();
  private long bytes;
  private boolean over;

  Transaction(LogStream stream, WalOptions options) {
    this.stream = stream;
    this.options = options;
  }

  @Override
  public void add(byte[] record) {
    check(record.length);
    keep(record.clone());
  }

  @Override
  public void add(ByteBuffer record) {
    check(record.remaining());
    var copy = new byte[record.remaining()];
    record.get(copy);
    keep(copy);
  }

  private void check(int length) {
    checkOpen();
    if (length > options.maxRecordSize()) {
      throw new RecordTooLargeException("a record of " + length + " bytes is over the limit of "
          + options.maxRecordSize() + " (WalOptions.maxRecordSize)");
    }
    if (bytes + Integer.BYTES + length > options.maxBatchSize()) {
      throw new RecordTooLargeException("with this record the batch has " + (bytes + Integer.BYTES + length)
          + " bytes, over the limit of " + options.maxBatchSize() + " (WalOptions.maxBatchSize)");
    }
  }

  private void keep(byte[] copy) {
    records.add(copy);
    bytes += Integer.BYTES + copy.length;
  }

  @Override
  public int size() {
    return records.size();
  }

  @Override
  public IdRange commit() {
    checkOpen();
    over = true;
    return stream.appendBatch(records);
  }

  @Override
  public void close() {
    over = true;
    records.clear();
  }

  private void checkOpen() {
    if (over) {
      throw new IllegalStateException("the transaction has been committed or closed");
    }
  }
}
