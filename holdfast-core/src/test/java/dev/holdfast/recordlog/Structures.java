package dev.holdfast.recordlog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** What files of Holdfast begin with, by FORMAT.md alone. */
final class Structures {
  private Structures() {}

  /** Returns 4 KiB that begin with a valid structure of 128 bytes. */
  static byte[] with(String magic) {
    var buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(magic.getBytes(StandardCharsets.US_ASCII)).putShort((short) 1).putShort((short) 0).putInt(128);
    Arrays.fill(buffer.array(), 24, 124, (byte) 3);
    var crc = new CRC32C();
    crc.update(buffer.array(), 0, 124);
    return buffer.putInt(124, (int) crc.getValue()).array();
  }
}
