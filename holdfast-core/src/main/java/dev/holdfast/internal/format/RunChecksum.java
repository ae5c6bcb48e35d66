package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Checks a run of frames, one behind the other and of one payload length, with one checksum over all of their bytes. A
 * processor needs several times as long for as many bytes in small parts. Not safe for use by several threads.
 *
 * <p>
 * CRCs are linear (Mark Adler's {@code crc32_combine} in zlib, see {@link ChecksumShift}), so what the CRC32C of the
 * whole run must be follows from the checksum fields alone, for padding is zeros. Let <i>s</i> be the size of a frame,
 * of which <i>z</i> bytes are padding, <i>c</i> its checksum field, and {@code shift(x, n)} what x contributes in front
 * of n bytes. The frame's body must have the checksum {@code c ^ shift(crc(salt), s - 4 - z)}, so the whole frame has
 * {@code shift(c, s) ^ shift(c, z) ^ k} with a constant k, and the run with a frame behind it
 * {@code shift(run ^ c, s) ^ shift(c, z) ^ k}. Both shifts are looked up, four bytes in four tables, once a size has
 * been seen often.
 *
 * <p>
 * How much that finds: let <i>e</i> be by how much the checksum of a frame is wrong. The run's is then wrong by the sum
 * of all {@code shift(e, n)}, n being the distance to the end. Shifts are invertible. So of one frame exactly the
 * damage is found that the frame's own checksum finds; and the same is true of frames of another salt, however many:
 * they are all wrong by the same e, and {@code e * (1 + x^8s + x^16s + …)} is 0 for one e of 2^32 at the most, because
 * x has the order 2^31 - 1 modulo the polynomial's large factor. Damage to several frames of a run at once may cancel
 * out: one case in 2^32, as is the case within one frame, but never up to three bits, since no two bits of a run count
 * alike. (Padding would: so a frame is none of a run unless its padding is zeros.) Whoever finds that a run does not
 * agree looks at each frame by itself, which alone says what is wrong.
 */
public final class RunChecksum {
  /** Larger frames are as fast by themselves. */
  private static final int LARGEST = 2048;
  private static final int OFTEN = 8;
  private static final int VALUES = 1 << Byte.SIZE;
  private static final int CHECKSUM_BYTES = Frame.LENGTH - Frame.CHECKSUM;

  private final CRC32C crc = new CRC32C();
  private int payloadLength = -1; // what the tables are for; none yet
  private int padding;
  private int[] bySize = {};
  private int[] byPadding = {};
  private long salt;
  private int constant; // of a frame with this salt
  private int candidate = -1; // a payload length that may become the next one
  private int asked;

  /**
   * Returns whether runs of frames with such payloads can be checked: not yet those that are rare, nor large ones. From
   * then on it is those, with this salt, that are checked.
   */
  public boolean isFor(long segmentSalt, int length) {
    if (length < 0 || length > LARGEST || (length != payloadLength && !isFrequent(length))) {
      return false;
    }
    if (segmentSalt != salt) {
      useSalt(segmentSalt);
    }
    return true;
  }

  private boolean isFrequent(int length) {
    if (length != candidate) {
      candidate = length;
      asked = 0;
    }
    if (++asked < OFTEN) {
      return false;
    }
    var size = (int) Frame.sizeOf(length);
    payloadLength = length;
    padding = size - Frame.HEADER - length;
    bySize = shifts(size);
    byPadding = shifts(padding);
    useSalt(salt);
    return true;
  }

  private void useSalt(long segmentSalt) {
    var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(segmentSalt).array();
    var zeros = new byte[Math.max(CHECKSUM_BYTES, Frame.ALIGNMENT)];
    var before = FrameChecksum.plain(bytes, 0, bytes.length) ^ FrameChecksum.plain(zeros, 0, CHECKSUM_BYTES);
    salt = segmentSalt;
    constant = ChecksumShift.shift(before, Frame.sizeOf(payloadLength) - CHECKSUM_BYTES)
        ^ FrameChecksum.plain(zeros, 0, padding);
  }

  /** Returns the table of {@code shift(value, bytes)}: of the lowest byte of the value, of the next one, and so on. */
  private static int[] shifts(int bytes) {
    var table = new int[Integer.BYTES * VALUES];
    for (var i = 0; i < table.length; i++) {
      var value = i % VALUES;
      var lowest = value & -value;
      table[i] = value == lowest
          ? ChecksumShift.shift(value << (i / VALUES * Byte.SIZE), bytes)
          : table[i - lowest] ^ table[i - value + lowest];
    }
    return table;
  }

  private static int shift(int[] table, int value) {
    return table[value & 0xFF] ^ table[VALUES + (value >>> 8 & 0xFF)] ^ table[2 * VALUES + (value >>> 16 & 0xFF)]
        ^ table[3 * VALUES + (value >>> 24)];
  }

  /** Returns the size of the frames that are checked. */
  public int size() {
    return Frame.HEADER + payloadLength + padding;
  }

  /**
   * Returns how many of the frames from {@code at} on are valid: whole ones, padding included, in the bytes up to
   * {@code end}, of the size and salt that {@link #isFor} was asked for last, with nothing but one record each (see
   * {@link Frame#lengthOfRecord}) and zeros as padding, of which the first is {@code firstId} and none {@code endId}. 0
   * says nothing about any of them.
   */
  public int take(byte[] bytes, int at, int end, long firstId, long endId, int maxFrame) {
    var size = size();
    var next = at;
    var id = firstId;
    var expected = 0;
    while (id < endId && end - next >= size && Frame.lengthOfRecord(bytes, next, end, id, maxFrame) == payloadLength
        && (padding == 0 || Frame.endsWithZeros(bytes, next + size, padding))) {
      expected = add(expected, Frame.field(bytes, next, Frame.CHECKSUM));
      next += size;
      id++;
    }
    crc.reset();
    crc.update(bytes, at, next - at);
    return (int) crc.getValue() == expected ? (int) (id - firstId) : 0;
  }

  /** Returns what a run's checksum is if it is longer by a frame with this checksum field; that of no frames is 0. */
  private int add(int run, int checksum) {
    var own = padding == 0 ? checksum : shift(byPadding, checksum);
    return shift(bySize, run ^ checksum) ^ own ^ constant;
  }
}
