package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a half of a stream's ring begins with: where in which segment the frames behind it belong.
 *
 * <pre>
 * offset  size  field
 *      0     8  magic HOLDRING
 *      8    16  version, length of this structure, features, as in FORMAT
 *     24     8  epoch of the segment
 *     32     8  its salt
 *     40     8  its first id
 *     48     8  first id of the first frame
 *     56     8  offset of the first frame in the segment
 *     64    60  0
 *    124     4  CRC32C of what is before
 * </pre>
 *
 * @param epoch of the segment
 * @param salt of the segment
 * @param segment the segment's first id
 * @param firstId the first id of the first frame
 * @param offset where in the segment the first frame belongs
 */
public record RingHeader(long epoch, long salt, long segment, long firstId, long offset) {
  /** The size of the structure, in bytes. */
  public static final int SIZE = Structure.SIZE;
  private static final String MAGIC = "HOLDRING";

  /** Returns the bytes. */
  public ByteBuffer encode() {
    return encode(ByteBuffer.allocate(SIZE));
  }

  /** Returns its bytes in a buffer of {@link #SIZE} bytes that has held nothing but such headers. */
  public ByteBuffer encode(ByteBuffer into) {
    return Structure.finish(Structure.beginVersioned(into, MAGIC).putLong(epoch).putLong(salt).putLong(segment)
        .putLong(firstId).putLong(offset));
  }

  /**
   * Returns what the bytes say, or null if they are no valid header.
   *
   * @throws dev.holdfast.UnsupportedFormatException if a newer version wrote them
   */
  public static @Nullable RingHeader decode(ByteBuffer bytes, String file) {
    var buffer = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    Structure.refuseNewer(buffer, MAGIC, file);
    if (!Structure.isValid(buffer, MAGIC)) {
      return null;
    }
    var header = new RingHeader(buffer.getLong(24), buffer.getLong(32), buffer.getLong(40), buffer.getLong(48),
        buffer.getLong(56));
    var possible = header.offset >= StartFrame.DATA_START && header.segment >= 0 && header.firstId >= header.segment;
    return possible ? header : null;
  }
}
