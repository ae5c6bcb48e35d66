package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot file begins with. It is the same for the same state at the same place of the same log: no time, no
 * random number.
 *
 * <pre>
 * offset  size  field
 *      0     8  magic HOLDSNAP
 *      8    16  version, length of this structure, features, as in FORMAT
 *     24     8  name hash of the stream
 *     32     8  end: the state has everything below this id and nothing else
 *     40     8  length of the state, in bytes
 *     48     4  CRC32C of the payload of record end - 1
 *     52     4  1 if that record was there, else 0 (then the checksum is 0, too)
 *     56    68  0
 *    124     4  CRC32C of what is before
 * </pre>
 *
 * <p>
 * The state follows in blocks of 65,536 bytes, the last one shorter; each with a header of 8 bytes: CRC32C of (end,
 * number of the block from 0, length; 8 bytes each) and the bytes; then the length (4 bytes). A state of 0 bytes has no
 * block.
 *
 * @param nameHash the hash of the stream's name
 * @param end the state has everything below this id
 * @param length the bytes of the state
 * @param hasRecord whether the last record was there
 * @param recordChecksum the checksum of the last record's payload
 */
public record SnapshotHeader(long nameHash, long end, long length, boolean hasRecord, int recordChecksum) {
  /** The size of the structure, in bytes. */
  public static final int SIZE = Structure.SIZE;
  /** The largest block, in bytes. */
  public static final int BLOCK = 1 << 16;
  /** What is before each block, in bytes. */
  public static final int BLOCK_HEADER = 8;
  private static final String MAGIC = "HOLDSNAP";

  /** Returns the bytes. */
  public ByteBuffer encode() {
    var buffer = Structure.beginVersioned(MAGIC);
    buffer.putLong(nameHash).putLong(end).putLong(length).putInt(recordChecksum).putInt(hasRecord ? 1 : 0);
    return Structure.finish(buffer);
  }

  /**
   * Returns what the bytes say, or null if they are no valid header.
   *
   * @throws dev.holdfast.UnsupportedFormatException if a newer version wrote them
   */
  public static @Nullable SnapshotHeader decode(ByteBuffer bytes, String file) {
    var buffer = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    Structure.refuseNewer(buffer, MAGIC, file);
    if (!Structure.isValid(buffer, MAGIC)) {
      return null;
    }
    return new SnapshotHeader(buffer.getLong(24), buffer.getLong(32), buffer.getLong(40), buffer.getInt(52) == 1,
        buffer.getInt(48));
  }

  /** Returns whether the bytes begin as a snapshot does, whatever else they are. */
  public static boolean hasMagic(ByteBuffer bytes) {
    for (var i = 0; i < MAGIC.length(); i++) {
      if (bytes.limit() <= i || bytes.get(i) != MAGIC.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the size of the file with a state of so many bytes. */
  public static long fileSize(long length) {
    return SIZE + length + (length + BLOCK - 1) / BLOCK * BLOCK_HEADER;
  }

  /** Returns the checksum of a block. */
  public static int blockChecksum(long end, long number, byte[] block, int length) {
    var prefixed = ByteBuffer.allocate(3 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(end).putLong(number)
        .putLong(length).array();
    return FrameChecksum.plain(prefixed, block, length);
  }

  /** Returns the checksum of a record's payload. */
  public static int recordChecksum(byte[] payload) {
    return FrameChecksum.plain(payload, 0, payload.length);
  }
}
