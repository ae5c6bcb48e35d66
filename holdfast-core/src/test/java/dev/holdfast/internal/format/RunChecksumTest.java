package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A run is taken whole if every frame is valid, and none of its frames, or those before the damaged one, if one is not.
 */
class RunChecksumTest {
  private static final long SEED = 1996;
  private static final long SALT = 0x0123_4567_89AB_CDEFL;
  private static final long FIRST_ID = 1_000;
  private static final int FRAMES = 50;
  private static final int AT = 24;
  private static final int MAX_FRAME = 1 << 20;

  private final Random random = new Random(SEED);

  private byte[] frame(long salt, long id, int payload) {
    var bytes = new byte[payload];
    random.nextBytes(bytes);
    var frame = new byte[(int) Frame.sizeOf(payload)];
    Frame.make(frame, id, random.nextInt((int) FIRST_ID), random.nextInt(), bytes, 0, payload);
    Frame.putChecksum(frame, new FrameChecksum().of(salt, frame, 0, payload));
    return frame;
  }

  private byte[] run(long salt, int payload, int frames) {
    var size = (int) Frame.sizeOf(payload);
    var bytes = new byte[AT + frames * size + 7];
    random.nextBytes(bytes);
    for (var i = 0; i < frames; i++) {
      System.arraycopy(frame(salt, FIRST_ID + i, payload), 0, bytes, AT + i * size, size);
    }
    return bytes;
  }

  private static RunChecksum of(long salt, int payload) {
    var run = new RunChecksum();
    for (var i = 0; !run.isFor(salt, payload); i++) {
      assertTrue(i < 100, "never for " + payload);
    }
    assertEquals(Frame.sizeOf(payload), run.size());
    return run;
  }

  private static int taken(RunChecksum run, byte[] bytes) {
    return run.take(bytes, AT, bytes.length, FIRST_ID, Long.MAX_VALUE, MAX_FRAME);
  }

  @Test
  @DisplayName("all valid frames are taken, whatever salt, length, and number, as far as they are whole and wanted")
  void valid() {
    for (var payload = 0; payload <= 2048; payload += payload < 50 ? 1 : 37) {
      var salt = random.nextLong();
      var frames = 1 + random.nextInt(60);
      var bytes = run(salt, payload, frames);
      var run = of(0, 3);
      while (!run.isFor(salt, payload)) { // of other lengths until then
        assertTrue(run.isFor(1, 3));
      }
      var message = "seed " + SEED + ", payload " + payload + ", frames " + frames;
      assertEquals(frames, taken(run, bytes), message);
      var end = AT + frames * run.size();
      assertEquals(frames - 1, run.take(bytes, AT, end - 1, FIRST_ID, Long.MAX_VALUE, MAX_FRAME), message);
      assertEquals(frames / 2, run.take(bytes, AT, end, FIRST_ID, FIRST_ID + frames / 2, MAX_FRAME), message);
      assertEquals(0, run.take(bytes, AT, end, FIRST_ID + 1, Long.MAX_VALUE, MAX_FRAME), message);
      assertEquals(0, run.take(bytes, AT, end, FIRST_ID, Long.MAX_VALUE, run.size() - 1), message);
    }
  }

  @Test
  @DisplayName("a salt and a length may change at any time; large and negative lengths are nothing for it")
  void changes() {
    var run = of(SALT, 100);
    for (var i = 0; i < 200; i++) {
      var payload = random.nextBoolean() ? 100 : 128;
      var salt = random.nextInt(3);
      if (run.isFor(salt, payload)) {
        assertEquals(FRAMES, taken(run, run(salt, payload, FRAMES)), "seed " + SEED + ", round " + i);
      }
      assertFalse(run.isFor(salt, -1));
      assertFalse(run.isFor(salt, 1 << 20));
    }
  }

  @Test
  @DisplayName("a length of all ones was taken for one that is known, before any was")
  void impossibleLengths() {
    var run = new RunChecksum();
    for (var i = 0; i < 100; i++) {
      for (var length : new int[]{-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        assertFalse(run.isFor(SALT, length), "length " + length);
      }
    }
  }

  @Test
  @DisplayName("any bit flipped anywhere in a run is found, without padding and with it")
  void everyBit() {
    for (var payload : new int[]{128, 99}) {
      var run = of(SALT, payload);
      var bytes = run(SALT, payload, FRAMES);
      var size = run.size();
      for (var bit = AT * 8; bit < (AT + FRAMES * size) * 8; bit++) {
        bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        var taken = taken(run, bytes);
        var damaged = (bit / 8 - AT) / size;
        assertTrue(taken <= damaged, "payload " + payload + ", bit " + bit % 8 + " of byte " + (bit / 8 - AT) % size
            + " of frame " + damaged + ": " + taken);
        bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      }
      assertEquals(FRAMES, taken(run, bytes));
    }
  }

  @Test
  @DisplayName("any damage to one frame is found: bursts, other bytes, another frame's bytes")
  void oneFrame() {
    for (var payload : new int[]{128, 99}) {
      var run = of(SALT, payload);
      var intact = run(SALT, payload, FRAMES);
      var size = run.size();
      for (var round = 0; round < 20_000; round++) {
        var bytes = intact.clone();
        var which = random.nextInt(FRAMES);
        var from = random.nextInt(size);
        var to = from + 1 + random.nextInt(size - from);
        var garbage = new byte[to - from];
        if (random.nextBoolean()) {
          random.nextBytes(garbage);
        } else {
          System.arraycopy(intact, AT + random.nextInt(FRAMES) * size + from, garbage, 0, garbage.length);
        }
        System.arraycopy(garbage, 0, bytes, AT + which * size + from, garbage.length);
        if (!Arrays.equals(bytes, intact)) {
          assertTrue(taken(run, bytes) <= which, "seed " + SEED + ", round " + round);
        }
      }
    }
  }

  @Test
  @DisplayName("two bits flipped anywhere in a run are found, also a bit of the checksum and one of the padding")
  void twoBits() {
    for (var payload : new int[]{128, 92, 99}) {
      var run = of(SALT, payload);
      var bytes = run(SALT, payload, 4);
      var size = run.size();
      var bits = 4 * size * 8;
      for (var first = 0; first < bits; first += 1 + random.nextInt(7)) {
        flip(bytes, first);
        for (var second = first + 1; second < bits; second++) {
          flip(bytes, second);
          if (taken(run, bytes) > first / 8 / size) {
            fail("payload " + payload + ", bits " + first + " and " + second);
          }
          flip(bytes, second);
        }
        flip(bytes, first);
      }
      assertEquals(4, taken(run, bytes));
    }
  }

  private static void flip(byte[] bytes, int bit) {
    bytes[AT + bit / 8] ^= (byte) (1 << (bit % 8));
  }

  @Test
  @DisplayName("damage to two frames at once is found, also if it is the same in both")
  void twoFrames() {
    for (var payload : new int[]{128, 99}) {
      var run = of(SALT, payload);
      var intact = run(SALT, payload, FRAMES);
      var size = run.size();
      for (var round = 0; round < 20_000; round++) {
        var bytes = intact.clone();
        var first = random.nextInt(FRAMES - 1);
        var second = first + 1 + random.nextInt(FRAMES - first - 1);
        var at = random.nextInt(size);
        var other = random.nextBoolean() ? at : random.nextInt(size);
        var pattern = (byte) (1 + random.nextInt(255));
        bytes[AT + first * size + at] ^= pattern;
        bytes[AT + second * size + other] ^= random.nextBoolean() ? pattern : (byte) (1 + random.nextInt(255));
        assertTrue(taken(run, bytes) <= first, "seed " + SEED + ", round " + round);
      }
    }
  }

  @Test
  @DisplayName("frames in another order are not taken, nor contents or checksums that have changed places")
  void swapped() {
    var payload = 99;
    var run = of(SALT, payload);
    var intact = run(SALT, payload, FRAMES);
    var size = run.size();
    for (var first = 0; first < FRAMES; first++) {
      for (var second = first + 1; second < FRAMES; second++) {
        assertTrue(taken(run, withSwapped(intact, size, first, second, 0, size)) <= first, "frames");
        assertEquals(0, taken(run, withSwapped(intact, size, first, second, Frame.HEADER, size)), "payloads");
        assertEquals(0, taken(run, withSwapped(intact, size, first, second, 0, Frame.LENGTH)), "checksums");
        assertEquals(0, taken(run, withSwapped(intact, size, first, second, Frame.TIME, Frame.TYPE)), "times");
      }
    }
  }

  private static byte[] withSwapped(byte[] bytes, int size, int first, int second, int from, int to) {
    var swapped = bytes.clone();
    System.arraycopy(bytes, AT + first * size + from, swapped, AT + second * size + from, to - from);
    System.arraycopy(bytes, AT + second * size + from, swapped, AT + first * size + from, to - from);
    return swapped;
  }

  @Test
  @DisplayName("a frame of another segment is not taken, nor several, nor a run of nothing but those")
  void otherSalt() {
    var payload = 128;
    var run = of(SALT, payload);
    var intact = run(SALT, payload, FRAMES);
    var other = run(SALT + 1, payload, FRAMES);
    var size = run.size();
    for (var round = 0; round < 5_000; round++) {
      var bytes = intact.clone();
      var first = FRAMES;
      for (var i = FRAMES - 1; i >= 0; i--) {
        if (random.nextInt(FRAMES) <= round % FRAMES) {
          System.arraycopy(other, AT + i * size, bytes, AT + i * size, size);
          first = i;
        }
      }
      assertTrue(taken(run, bytes) <= first, "seed " + SEED + ", round " + round);
    }
    for (var frames = 1; frames <= FRAMES; frames++) {
      assertEquals(0, run.take(other, AT, AT + frames * size, FIRST_ID, Long.MAX_VALUE, MAX_FRAME), frames + " frames");
    }
    for (var round = 0; round < 1_000; round++) {
      var salt = random.nextLong();
      assertEquals(0, taken(run, run(salt, payload, 1 + random.nextInt(FRAMES))), "seed " + SEED + ", salt " + salt);
    }
  }

  @Test
  @DisplayName("a frame that holds anything but one plain record ends it, though its checksum agrees")
  void otherFrames() {
    var payload = 128;
    var run = of(SALT, payload);
    var size = run.size();
    var intact = run(SALT, payload, FRAMES);
    for (var field : new int[]{Frame.COUNT, Frame.TYPE, Frame.CODEC, Frame.FLAGS, Frame.FLAGS + 1, Frame.FIRST_ID}) {
      var bytes = intact.clone();
      var at = AT + 20 * size;
      bytes[at + field]++;
      var checksum = new FrameChecksum().of(SALT, bytes, at, payload);
      for (var i = 0; i < Integer.BYTES; i++) {
        bytes[at + i] = (byte) (checksum >>> (Byte.SIZE * i));
      }
      assertEquals(20, taken(run, bytes), "field " + field);
    }
  }
}
