package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChecksumShiftTest {
  private static final long SEED = 3720;

  @Test
  @DisplayName("the checksum of a whole follows from those of its parts, wherever it is split")
  void concatenation() {
    var random = new Random(SEED);
    for (var round = 0; round < 2_000; round++) {
      var bytes = new byte[random.nextInt(10_000)];
      random.nextBytes(bytes);
      var split = random.nextInt(bytes.length + 1);
      var head = crc(bytes, 0, split);
      var tail = crc(bytes, split, bytes.length - split);
      assertEquals(crc(bytes, 0, bytes.length), ChecksumShift.shift(head, bytes.length - split) ^ tail,
          "seed " + SEED + ", round " + round + ", split " + split + " of " + bytes.length);
    }
  }

  @Test
  @DisplayName("the checksum of a range follows from those of two prefixes")
  void range() {
    var random = new Random(SEED);
    var bytes = new byte[50_000];
    random.nextBytes(bytes);
    for (var round = 0; round < 2_000; round++) {
      var from = random.nextInt(bytes.length);
      var to = from + random.nextInt(bytes.length - from);
      assertEquals(crc(bytes, from, to - from),
          crc(bytes, 0, to) ^ ChecksumShift.shift(crc(bytes, 0, from), to - from),
          "seed " + SEED + ", [" + from + ", " + to + ")");
    }
  }

  @Test
  @DisplayName("shifting over many bytes is shifting over few, often; over none changes nothing")
  void longDistances() {
    var crc = crc("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9);
    assertEquals(0xE3069283, crc);
    assertEquals(crc, ChecksumShift.shift(crc, 0));
    var once = ChecksumShift.shift(crc, 1L << 40);
    var often = crc;
    for (var i = 0; i < 1024; i++) {
      often = ChecksumShift.shift(often, 1L << 30);
    }
    assertEquals(once, often);
    assertEquals(0, ChecksumShift.shift(0, Long.MAX_VALUE));
  }

  @Test
  @DisplayName("shifting by one byte is the same by table")
  void one() {
    var random = new Random(SEED);
    for (var round = 0; round < 2_000; round++) {
      var crc = random.nextInt();
      assertEquals(ChecksumShift.shift(crc, 1), ChecksumShift.shiftByOne(crc), Integer.toHexString(crc));
    }
  }

  private static int crc(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
