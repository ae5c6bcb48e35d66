package dev.holdfast.internal.format;

/**
 * Arithmetic on CRC32C values, so that the checksum of any range follows from checksums of prefixes: the CRC of a
 * concatenation is {@code shift(crc(A), length(B)) ^ crc(B)}. After Mark Adler's {@code crc32_combine} in zlib:
 * multiplication of polynomials over GF(2) modulo the CRC's own, bit-reflected.
 */
public final class ChecksumShift {
  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int ONE = 1 << 31;
  private static final int[] X_TO_2_TO = powers();

  private static final int[] OF_LAST_BYTE = lastBytes();

  private ChecksumShift() {}

  /** Does the same as {@code shift(crc, 1)}, faster. */
  static int shiftByOne(int crc) {
    return crc >>> Byte.SIZE ^ OF_LAST_BYTE[crc & 0xFF];
  }

  /** Returns what {@code crc} contributes to the CRC of its bytes followed by {@code bytes} others. */
  public static int shift(int crc, long bytes) {
    var power = ONE;
    var n = bytes;
    for (var k = 3; n != 0; n >>>= 1, k++) {
      if ((n & 1) != 0) {
        power = multiply(X_TO_2_TO[k], power);
      }
    }
    return multiply(power, crc);
  }

  private static int[] powers() {
    var table = new int[Long.SIZE + 3];
    table[0] = 1 << 30;
    for (var i = 1; i < table.length; i++) {
      table[i] = multiply(table[i - 1], table[i - 1]);
    }
    return table;
  }

  private static int[] lastBytes() {
    var table = new int[1 << Byte.SIZE];
    for (var i = 0; i < table.length; i++) {
      table[i] = shift(i, 1);
    }
    return table;
  }

  private static int multiply(int a, int b) {
    var product = 0;
    var factor = b;
    for (var mask = ONE; mask != 0; mask >>>= 1) {
      if ((a & mask) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) != 0 ? factor >>> 1 ^ POLYNOMIAL : factor >>> 1;
    }
    return product;
  }
}
