package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.SegmentHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * The file of a segment that has been truncated, to become another one: it has a name that no segment has, and every
 * byte of it is one of that segment.
 *
 * @param name its present name
 * @param size its size in bytes
 * @param salt the salt it was written with
 */
public record Spare(String name, long size, long salt) {

  /** Returns the header of what it is to become: with it, nothing that the file holds now is ever valid. */
  public SegmentHeader headerFrom(SegmentHeader usual, RandomGenerator random) {
    var newSalt = usual.salt();
    while (checksumOf(newSalt) == checksumOf(salt)) {
      newSalt = random.nextLong();
    }
    return usual.inPlaceOfAnother(newSalt, size);
  }

  /** Returns all that counts of a salt: the checksum that those of the frames begin with. */
  private static long checksumOf(long salt) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, salt));
    return crc.getValue();
  }
}
