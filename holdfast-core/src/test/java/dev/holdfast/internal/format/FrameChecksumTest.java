package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrameChecksumTest {
  private static final long SEED = 1993;
  private static final int SALTS = 60;
  private static final int FRAMES = 200;

  /** As the format has it: the salt, then the frame, in two steps. */
  private static int plainly(long salt, byte[] bytes, int at, int payload) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(salt).flip());
    crc.update(bytes, at + Frame.LENGTH, Frame.HEADER - Frame.LENGTH + payload);
    return (int) crc.getValue();
  }

  private static int length(Random random) {
    return random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(1_100);
  }

  @Test
  @DisplayName("the checksum is that of the salt followed by the frame, whatever salt, length and bytes, used seldom or often")
  void sameAsInTwoSteps() {
    var random = new Random(SEED);
    var used = new FrameChecksum();
    for (var i = 0; i < SALTS; i++) {
      var salt = i % 10 == 0 ? 0 : random.nextLong();
      for (var j = 0; j < FRAMES; j++) {
        var at = random.nextInt(20);
        var payload = length(random);
        var bytes = new byte[at + Frame.HEADER + payload + random.nextInt(10)];
        random.nextBytes(bytes);
        var expected = plainly(salt, bytes, at, payload);
        var message = "seed " + SEED + ", salt " + i + ", frame " + j;
        assertEquals(expected, used.of(salt, bytes, at, payload), message);
        assertEquals(expected, used.of(salt, ByteBuffer.wrap(bytes), at, payload), message + ", buffer");
        assertEquals(expected, new FrameChecksum().of(salt, bytes, at, payload), message + ", used once");
      }
    }
  }

  @Test
  @DisplayName("every length has the right checksum, also where the table ends, with salts in turn")
  void everyLength() {
    var random = new Random(SEED);
    var bytes = new byte[Frame.HEADER + 2_000];
    random.nextBytes(bytes);
    var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    var used = new FrameChecksum();
    for (var salt : new long[]{0, -1, 0, 0x0123_4567_89AB_CDEFL, random.nextLong()}) {
      for (var length = 0; length <= 2_000; length++) {
        var expected = plainly(salt, bytes, 0, length);
        assertEquals(expected, used.of(salt, bytes, 0, length), "length " + length);
        assertEquals(expected, used.of(salt, direct, 0, length), "outside the heap, length " + length);
      }
      for (var length = 2_000; length >= 0; length--) {
        assertEquals(plainly(salt, bytes, 0, length), used.of(salt, bytes, 0, length), "downwards, length " + length);
      }
    }
  }
}
