package dev.holdfast.internal.recordlog;

import dev.holdfast.RecordLog;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * What is to be appended, checked: one record, or a batch.
 *
 * @param records the records
 * @param type the type of the frame
 * @param length of the payload, in bytes
 */
record Encoding(List<byte[]> records, byte type, int length) {

  static Encoding ofRecord(byte[] record) {
    Objects.requireNonNull(record, "record");
    checkSize(record);
    return new Encoding(List.of(record), Frame.RECORD, record.length);
  }

  static Encoding ofBatch(List<byte[]> records) {
    var copy = List.copyOf(Objects.requireNonNull(records, "records"));
    var size = 0L;
    for (var record : copy) {
      checkSize(record);
      size += Integer.BYTES + record.length;
    }
    if (size > RecordLog.MAX_BATCH_SIZE) {
      throw new RecordTooLargeException("a batch of " + size + " bytes, 4 for each of its " + copy.size()
          + " records included, is over the limit of " + RecordLog.MAX_BATCH_SIZE);
    }
    return new Encoding(copy, Frame.BATCH, (int) size);
  }

  private static void checkSize(byte[] record) {
    if (record.length > RecordLog.MAX_RECORD_SIZE) {
      throw new RecordTooLargeException(
          "a record of " + record.length + " bytes is over the limit of " + RecordLog.MAX_RECORD_SIZE);
    }
  }

  /** Returns the bytes of the frame in the file. */
  long size() {
    return Frame.sizeOf(length);
  }

  /** Returns the frame; everything before it is durable. */
  ByteBuffer frame(long salt, long firstId) {
    var frame = ByteBuffer.allocate((int) size()).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, 0, length, firstId, records.size(), 0, 0, type);
    frame.position(Frame.HEADER);
    if (type == Frame.BATCH) {
      records.forEach(record -> frame.putInt(record.length));
    }
    records.forEach(frame::put);
    frame.putInt(Frame.CHECKSUM, new FrameChecksum().of(salt, frame.array(), 0, length));
    return frame.clear();
  }
}
