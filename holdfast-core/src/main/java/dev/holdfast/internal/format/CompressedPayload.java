package dev.holdfast.internal.format;

import dev.holdfast.Compression;
import java.nio.ByteBuffer;

/**
 * The payload of a data frame with a codec: the length of what it decompresses to, then that, compressed as a whole.
 *
 * <pre>
 *  0                    4
 *  | uncompressed length | compressed bytes … |
 * </pre>
 */
public final class CompressedPayload {
  /** Bytes before the compressed ones. */
  public static final int PREFIX = 4;
  /** The codec of payloads that are not compressed. */
  public static final byte NONE = 0;
  /** The codec of LZ4 blocks. */
  public static final byte LZ4 = 1;
  /** The codec of Zstandard frames. */
  public static final byte ZSTD = 2;

  /** A byte of an LZ4 block adds at most this to what it decompresses to. */
  private static final long LZ4_RATIO = 255;
  /** A block of Zstandard is at least this long and makes at most {@link #ZSTD_BLOCK}. */
  private static final int ZSTD_SMALLEST_BLOCK = 4;
  private static final long ZSTD_BLOCK = 128 << 10;

  private CompressedPayload() {}

  /** Returns the codec of a format. */
  public static byte codecOf(Compression format) {
    return switch (format) {
      case NONE -> NONE;
      case LZ4 -> LZ4;
      case ZSTD -> ZSTD;
    };
  }

  /** Returns the format of a codec that is known. */
  public static Compression formatOf(byte codec) {
    return switch (codec) {
      case NONE -> Compression.NONE;
      case LZ4 -> Compression.LZ4;
      case ZSTD -> Compression.ZSTD;
      default -> throw new IllegalArgumentException("codec " + (codec & 0xFF));
    };
  }

  static boolean isKnown(byte codec) {
    return codec >= NONE && codec <= ZSTD;
  }

  /** Returns the uncompressed length that the payload at {@code at} states. The buffer must be little-endian. */
  public static int uncompressedLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at);
  }

  /**
   * Returns whether the payload at {@code at}, of a frame with a codec, states a length that a frame of its file may
   * have, and that its records need at least. Nothing is decompressed.
   */
  public static boolean isValid(ByteBuffer buffer, int at, Frame frame, int maxFrame) {
    if (frame.payloadLength() <= PREFIX) {
      return false;
    }
    var length = uncompressedLength(buffer, at);
    var least = frame.type() == Frame.BATCH ? (long) frame.count() * Integer.BYTES : 0;
    return length >= least && Frame.sizeOf(length) <= maxFrame;
  }

  /**
   * Returns whether so many bytes can decompress to so many: if not, no memory is to be allocated for them.
   *
   * @param stored the compressed bytes, the prefix not counted
   */
  public static boolean isPossible(byte codec, int stored, int uncompressed) {
    var most = codec == LZ4 ? stored * LZ4_RATIO : (stored / ZSTD_SMALLEST_BLOCK + 1) * ZSTD_BLOCK;
    return uncompressed <= most;
  }
}
