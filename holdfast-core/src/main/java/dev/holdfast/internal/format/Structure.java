package dev.holdfast.internal.format;

import dev.holdfast.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the fixed structures (FORMAT, segment header, slots of STATE, ring halves) have in common: 128 bytes that begin
 * with a magic of eight characters and end with the CRC32C of what is before it.
 */
final class Structure {
  static final int SIZE = 128;
  static final int CRC = SIZE - 4;
  static final int MAJOR = 1;
  static final int MINOR = 0;
  private static final int FEATURES = 16;

  private Structure() {}

  /** Begins one in a buffer of its size that has held nothing but structures of the same kind. */
  static ByteBuffer begin(ByteBuffer into, String magic) {
    into.clear().order(ByteOrder.LITTLE_ENDIAN);
    for (var i = 0; i < magic.length(); i++) {
      into.put((byte) magic.charAt(i));
    }
    return into;
  }

  static ByteBuffer finish(ByteBuffer buffer) {
    var checksum = FrameChecksum.plain(buffer.position(0).limit(CRC));
    return buffer.clear().putInt(CRC, checksum);
  }

  /** Returns whether the structure at the buffer's start begins with the magic and agrees with its checksum. */
  static boolean isValid(ByteBuffer buffer, String magic) {
    if (buffer.limit() < SIZE) {
      return false;
    }
    var bytes = new byte[SIZE];
    buffer.get(0, bytes);
    return hasMagic(bytes, magic)
        && FrameChecksum.plain(bytes, 0, CRC) == ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(CRC);
  }

  /** Begins a versioned structure: magic, version, length, and no required features. */
  static ByteBuffer beginVersioned(String magic) {
    return beginVersioned(ByteBuffer.allocate(SIZE), magic);
  }

  /** Begins one in a buffer of its size that has held nothing but structures of the same kind. */
  static ByteBuffer beginVersioned(ByteBuffer into, String magic) {
    return begin(into, magic).putShort((short) MAJOR).putShort((short) MINOR).putInt(SIZE).putLong(0);
  }

  /**
   * Refuses a versioned structure of a newer major version or with required features this version does not know:
   * whatever its length, it says the length at offset 12 and ends with its checksum.
   */
  static void refuseNewer(ByteBuffer buffer, String magic, String file) {
    var bytes = new byte[buffer.limit()];
    buffer.get(0, bytes);
    if (bytes.length < SIZE || !hasMagic(bytes, magic)) {
      return;
    }
    var fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var major = Short.toUnsignedInt(fields.getShort(8));
    var length = fields.getInt(12);
    if (length < FEATURES + 8 || length > bytes.length
        || FrameChecksum.plain(bytes, 0, length - 4) != fields.getInt(length - 4)) {
      return;
    }
    if (major > MAJOR) {
      throw new UnsupportedFormatException(file + " has format version " + major + "." + fields.getShort(10)
          + ", this program reads up to " + MAJOR + "." + MINOR + ": use a newer version of it");
    }
    if (fields.getInt(FEATURES) != 0) {
      throw new UnsupportedFormatException(file + " (format version " + major + "." + fields.getShort(10)
          + ") needs the features 0x" + Integer.toHexString(fields.getInt(FEATURES)) + ", this program (version "
          + MAJOR + "." + MINOR + ") has none of them: use a newer version of it");
    }
  }

  private static boolean hasMagic(byte[] bytes, String magic) {
    var expected = magic.getBytes(StandardCharsets.US_ASCII);
    for (var i = 0; i < expected.length; i++) {
      if (bytes[i] != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
