package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The checksum of the frames of one segment: CRC32C (RFC 3720) over the segment's salt, then the frame without its
 * checksum field. The salt keeps frames of another segment, or of a file's former life, from ever being valid. Not safe
 * for use by several threads.
 */
public final class FrameChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer saltBytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long currentSalt; // what saltBytes holds

  /**
   * Returns the checksum of the frame that begins at {@code at} in {@code view}, whose position and limit are moved.
   */
  public int of(long salt, ByteBuffer view, int at, int payloadLength) {
    begin(salt);
    view.limit(at + Frame.HEADER + payloadLength).position(at + Frame.LENGTH);
    crc.update(view);
    return (int) crc.getValue();
  }

  /** Returns the checksum of the frame that begins at {@code at} in {@code bytes}. */
  public int of(long salt, byte[] bytes, int at, int payloadLength) {
    begin(salt);
    crc.update(bytes, at + Frame.LENGTH, Frame.HEADER - Frame.LENGTH + payloadLength);
    return (int) crc.getValue();
  }

  private void begin(long salt) {
    if (salt != currentSalt) {
      saltBytes.putLong(0, salt);
      currentSalt = salt;
    }
    crc.reset();
    crc.update(saltBytes.array(), 0, Long.BYTES);
  }

  /** Returns the plain CRC32C of a part of an array, as the fixed structures use it. */
  static int plain(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
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
