package dev.holdfast.internal.format;

import java.nio.ByteBuffer;

/** The payload of a batch frame: the lengths of its records (4 bytes each), then their bytes. */
public final class BatchPayload {
  private BatchPayload() {}

  /** Returns whether the lengths of the payload at {@code at} add up to it. The buffer must be little-endian. */
  public static boolean isValid(ByteBuffer buffer, int at, int payloadLength, int count) {
    if (count <= 0 || payloadLength / Integer.BYTES < count) {
      return false;
    }
    long total = (long) count * Integer.BYTES;
    for (var i = 0; i < count; i++) {
      total += Integer.toUnsignedLong(buffer.getInt(at + i * Integer.BYTES));
    }
    return total == payloadLength;
  }

  /** Returns the length of record {@code index} of the payload at {@code at}. */
  public static int length(ByteBuffer buffer, int at, int index) {
    return buffer.getInt(at + index * Integer.BYTES);
  }

  /** Returns where the bytes of record {@code index} begin, for the payload at {@code at}. */
  public static int offset(ByteBuffer buffer, int at, int count, int index) {
    var offset = at + count * Integer.BYTES;
    for (var i = 0; i < index; i++) {
      offset += length(buffer, at, i);
    }
    return offset;
  }
}
