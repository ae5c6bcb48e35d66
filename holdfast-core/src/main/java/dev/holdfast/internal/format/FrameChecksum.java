package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The checksum of the frames of one segment: CRC32C (RFC 3720) over the segment's salt, then the frame without its
 * checksum field. The salt keeps frames of another segment, or of a file's former life, from ever being valid. Not safe
 * for use by several threads.
 *
 * <p>
 * The salt in a call of its own costs as much as a third of a small frame. A CRC is linear (Mark Adler's
 * {@code crc32_combine} in zlib, see {@link ChecksumShift}): {@code crc(salt || bytes) = shift(crc(salt), n) ^
 * crc(bytes)}, where n is the number of bytes. So for short frames, once a salt has been used often, what it adds is
 * looked up by n. The table is built one byte at a time, each step being that of the usual byte-wise CRC for a byte 0.
 */
public final class FrameChecksum {
  private static final int BEFORE_PAYLOAD = Frame.HEADER - Frame.LENGTH;
  private static final int LONGEST_SHIFT = 1024;
  private static final int OFTEN = 64;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer saltBytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long currentSalt; // what saltBytes holds
  private int uses; // of the current salt without the table
  private int[] shifts = {}; // what the current salt adds to the checksum of so many bytes; the first ones are valid
  private int shiftsKnown;

  /**
   * Returns the checksum of the frame that begins at {@code at} in {@code view}, whose position and limit are moved.
   */
  public int of(long salt, ByteBuffer view, int at, int payloadLength) {
    var length = BEFORE_PAYLOAD + payloadLength;
    var shifted = begin(salt, length);
    view.limit(at + Frame.LENGTH + length).position(at + Frame.LENGTH);
    crc.update(view);
    return shifted ? (int) crc.getValue() ^ shifts[length] : (int) crc.getValue();
  }

  /** Returns the checksum of the frame that begins at {@code at} in {@code bytes}. */
  public int of(long salt, byte[] bytes, int at, int payloadLength) {
    var length = BEFORE_PAYLOAD + payloadLength;
    var shifted = begin(salt, length);
    crc.update(bytes, at + Frame.LENGTH, length);
    return shifted ? (int) crc.getValue() ^ shifts[length] : (int) crc.getValue();
  }

  /** Returns whether the salt is to be added at the end, from the table; if not, it is in already. */
  private boolean begin(long salt, int length) {
    crc.reset();
    if (salt != currentSalt) {
      saltBytes.putLong(0, salt);
      currentSalt = salt;
      uses = 0;
      shiftsKnown = 0;
    }
    if (length < shiftsKnown) {
      return true;
    }
    if (length <= LONGEST_SHIFT && uses++ >= OFTEN) {
      findShifts(length);
      return true;
    }
    crc.update(saltBytes.array(), 0, Long.BYTES);
    return false;
  }

  private void findShifts(int upTo) {
    if (shifts.length <= upTo) {
      shifts = Arrays.copyOf(shifts, Math.min(2 * upTo, LONGEST_SHIFT) + 1);
    }
    if (shiftsKnown == 0) {
      shifts[shiftsKnown++] = plain(saltBytes.array(), 0, Long.BYTES);
    }
    for (; shiftsKnown <= upTo; shiftsKnown++) {
      shifts[shiftsKnown] = ChecksumShift.shiftByOne(shifts[shiftsKnown - 1]);
    }
  }

  /** Returns the plain CRC32C of a part of an array, as the fixed structures use it. */
  static int plain(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Returns the plain CRC32C of what remains in a buffer, whose position is moved. */
  static int plain(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Returns the plain CRC32C of two arrays, of the second one only the first {@code length} bytes. */
  static int plain(byte[] prefix, byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(prefix, 0, prefix.length);
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
