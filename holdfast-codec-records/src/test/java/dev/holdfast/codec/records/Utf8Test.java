package dev.holdfast.codec.records;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The check of texts says what the JDK's decoder says. */
class Utf8Test {
  @Test
  @DisplayName("every sequence of three bytes, and many longer ones, are judged as by the decoder of the JDK")
  void asTheDecoderOfTheJdk() {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var bytes = new byte[3];
    var differing = 0;
    for (var n = 0; n < 1 << 24; n += n < 1 << 23 ? 997 : 1) { // those that begin in ASCII are sampled
      bytes[0] = (byte) (n >> 16);
      bytes[1] = (byte) (n >> 8);
      bytes[2] = (byte) n;
      differing += Utf8.isText(bytes, 0, 3) == isText(decoder, bytes) ? 0 : 1;
    }
    assertEquals(0, differing);
    var random = new SplittableRandom(3);
    for (var n = 0; n < 200_000; n++) {
      var text = new StringBuilder("ascii, more than eight of them");
      text.appendCodePoint(0x10000 + random.nextInt(0x100000)).append("ä€");
      var mutated = text.toString().getBytes(StandardCharsets.UTF_8);
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      assertEquals(isText(decoder, mutated), Utf8.isText(mutated, 0, mutated.length),
          () -> HexFormat.of().formatHex(mutated));
    }
  }

  private static boolean isText(CharsetDecoder decoder, byte[] bytes) {
    return !decoder.reset().decode(ByteBuffer.wrap(bytes), CharBuffer.allocate(bytes.length), true).isError();
  }
}
