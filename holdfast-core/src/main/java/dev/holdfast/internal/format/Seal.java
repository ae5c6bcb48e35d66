package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The payload of the frame that ends a sealed segment.
 *
 * @param records how many records the segment has
 * @param dataEnd the offset of the end of its last data frame
 * @param checksum the checksum field of that frame, of the start frame if there is none
 * @param minTime the smallest append time, ms since the segment's creation, 0 if it is empty
 * @param maxTime the largest
 * @param index the sparse index
 */
public record Seal(long records, long dataEnd, int checksum, int minTime, int maxTime, IndexEntries index) {
  /** Bytes before the index. */
  public static final int FIXED = 32;
  /** Bytes after it. */
  public static final int TRAILER = 16;
  private static final int ENTRY = 12;
  private static final int MAGIC = ByteBuffer.wrap("SEAL".getBytes(StandardCharsets.US_ASCII))
      .order(ByteOrder.LITTLE_ENDIAN).getInt();

  /** Returns the bytes the seal of a segment with so many index entries takes. */
  public static long sizeWith(int entries) {
    return Frame.sizeOf(payloadLength(entries));
  }

  private static int payloadLength(int entries) {
    var length = FIXED + ENTRY * entries + TRAILER;
    return (length + Frame.ALIGNMENT - 1) & -Frame.ALIGNMENT;
  }

  /** Returns the whole frame, to stand at {@link #dataEnd()} of a segment all of whose data is durable. */
  public ByteBuffer encode(long salt, long endId) {
    var entries = index.size();
    var length = payloadLength(entries);
    var buffer = ByteBuffer.allocate(Frame.HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(buffer, 0, length, endId, 0, 0, maxTime, Frame.SEAL);
    buffer.position(Frame.HEADER);
    buffer.putLong(records).putLong(dataEnd).putInt(checksum).putInt(minTime).putInt(maxTime).putInt(entries);
    index.copyTo(buffer.asIntBuffer());
    buffer.position(Frame.HEADER + length - TRAILER);
    buffer.putLong(dataEnd).putInt(MAGIC).putInt(0);
    buffer.putInt(Frame.CHECKSUM, new FrameChecksum().of(salt, buffer.array(), 0, length));
    return buffer.clear();
  }

  /** Returns the offset of the seal that a file's last {@link #TRAILER} bytes name, or -1 if they do not. */
  public static long offsetFrom(ByteBuffer trailer) {
    var fields = trailer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    var offset = fields.getLong(0);
    return fields.getInt(8) == MAGIC && fields.getInt(12) == 0 && offset >= StartFrame.DATA_START
        && offset % Frame.ALIGNMENT == 0 ? offset : -1;
  }

  /**
   * Returns the payload of {@code length} bytes at {@code at}, or null if it has not the shape of one. The buffer must
   * be little-endian.
   */
  public static @Nullable Seal decode(ByteBuffer buffer, int at, int length) {
    var entries = buffer.getInt(at + 28);
    if (entries < 0 || entries > (length - FIXED - TRAILER) / ENTRY || payloadLength(entries) != length) {
      return null;
    }
    var index = IndexEntries.of(buffer.slice(at + FIXED, ENTRY * entries).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer());
    return new Seal(buffer.getLong(at), buffer.getLong(at + 8), buffer.getInt(at + 16), buffer.getInt(at + 20),
        buffer.getInt(at + 24), index);
  }
}
