package dev.holdfast.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.corruption.LogBuilder;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Valid frames behind a hole are found wherever they are, large ones by putting their checksum together. */
class FrameHuntTest {
  private static final long SEED = 11;
  private static final int HOLE = StartFrame.DATA_START;

  /** Returns the id proved durable by what is behind {@code from}, -1 if there are only zeros. */
  private static long hunt(byte[] segment, long from) throws IOException {
    var directory = new MemoryDirectory();
    try (var file = directory.create("segment", 0)) {
      file.write(ByteBuffer.wrap(segment), 0);
    }
    try (var file = directory.open("segment", Access.READ)) {
      var hunt = new FrameHunt(file, LogBuilder.header(1, 0), 0, from);
      return hunt.run() ? hunt.proved() : -1;
    }
  }

  @Test
  @DisplayName("the checksum put together from prefixes agrees with that over the bytes, at all sizes and offsets")
  void largeFrames() throws IOException {
    var random = new Random(SEED);
    for (var round = 0; round < 150; round++) {
      var payload = new byte[round < 20 ? 16_384 - 10 + round : 12_000 + random.nextInt(60_000)];
      random.nextBytes(payload);
      var segment = LogBuilder.fill(LogBuilder.first(), 1 + random.nextInt(40), 0);
      var id = segment.nextId();
      segment.record(payload, 2, 1);
      var bytes = segment.unsealed();
      bytes[HOLE] ^= 1;
      var from = HOLE + 8L * random.nextInt(3);
      assertEquals(id - 2 < 0 ? 0 : id - 2, hunt(bytes, from), "seed " + SEED + ", round " + round);
      bytes[bytes.length - 1 - random.nextInt(payload.length)] ^= 4;
      assertTrue(hunt(bytes, from) < id - 2 || id < 3, "a damaged frame is taken for valid, round " + round);
    }
  }

  @Test
  @DisplayName("frames across the borders of the window are found")
  void acrossWindows() throws IOException {
    var segment = LogBuilder.first();
    for (var i = 0; i < 9; i++) {
      segment.record(new byte[(1 << 18) - 40 + 3 * i], i, 0);
    }
    segment.record(LogBuilder.payload(9), 1, 0);
    assertEquals(8, hunt(segment.unsealed(), HOLE));
  }

  @Test
  @DisplayName("zeros are no residue; one other byte is, anywhere")
  void residue() throws IOException {
    var bytes = new byte[(1 << 20) + 5000];
    assertEquals(-1, hunt(bytes, HOLE));
    for (var at : new int[]{HOLE, HOLE + 1, 1 << 20, (1 << 20) + HOLE, bytes.length - 1}) {
      bytes[at] = 1;
      assertEquals(0, hunt(bytes, HOLE), "byte " + at);
      bytes[at] = 0;
    }
  }

  @Test
  @DisplayName("what a former segment has left is no residue; a valid frame is, what should come next, and what is beyond")
  void aFormerSegment() throws IOException {
    var bytes = new byte[8192];
    new Random(SEED).nextBytes(bytes);
    Arrays.fill(bytes, 4096, 8192, (byte) 0);
    var directory = new MemoryDirectory();
    assertFalse(huntRecycled(directory, bytes), "random bytes of a former life");
    var frame = LogBuilder.first().record(new byte[100], -1, 0).unsealed();
    System.arraycopy(frame, HOLE, bytes, 2048, 136);
    assertTrue(huntRecycled(directory, bytes), "a frame beyond the hole");
    bytes[2048 + 50] ^= 1;
    assertFalse(huntRecycled(directory, bytes), "a damaged one");
    System.arraycopy(frame, HOLE, bytes, HOLE, 32);
    assertTrue(huntRecycled(directory, bytes), "what should come next has begun");
    bytes[HOLE + 8] = 1;
    assertFalse(huntRecycled(directory, bytes), "another id");
    bytes[8190] = 1;
    assertTrue(huntRecycled(directory, bytes), "beyond the former end");
  }

  private static boolean huntRecycled(MemoryDirectory directory, byte[] bytes) throws IOException {
    if (directory.exists("segment")) {
      directory.delete("segment");
    }
    try (var file = directory.create("segment", 0)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      var header = LogBuilder.header(1, 0);
      return new FrameHunt(file, header.inPlaceOfAnother(header.salt(), 4096), 0, HOLE).run();
    }
  }

  @Test
  @DisplayName("a frame that proves nothing proves nothing, and one with another salt is none")
  void provesNothing() throws IOException {
    var silent = LogBuilder.first().record(new byte[100], -1, 0).record(new byte[100], -1, 0);
    assertEquals(0, hunt(silent.unsealed(), HOLE));
    var frame = LogBuilder.first().frame(1, new byte[8], 500, 1, 0, 0, 0, 0);
    assertEquals(500, hunt(LogBuilder.first().raw(frame).unsealed(), HOLE));
    var foreign = new dev.holdfast.corruption.SegmentBuilder(LogBuilder.header(2, 0), 0, StartFrame.FIRST, 0)
        .frame(1, new byte[8], 500, 1, 0, 0, 0, 0);
    assertFalse(hunt(LogBuilder.first().raw(foreign).unsealed(), HOLE) > 0);
  }
}
