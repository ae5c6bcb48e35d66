package dev.holdfast.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.corruption.LogBuilder;
import dev.holdfast.corruption.SegmentBuilder;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What recovery takes of a segment: every frame that continues, and nothing that is damaged or does not. */
class SegmentScannerTest {
  private static final long SEED = 5;
  private static final byte RECORD = Frame.RECORD;

  private static ScannedSegment scan(byte[] segment) throws IOException {
    try (var file = new MemoryDirectory().create("segment", 0)) {
      file.write(ByteBuffer.wrap(segment), 0);
      return Objects.requireNonNull(SegmentScanner.scan(file, LogBuilder.header(1, 0), 0).segment());
    }
  }

  private static SegmentBuilder records(int count) {
    var segment = LogBuilder.first();
    for (var i = 0; i < count; i++) {
      segment.record(LogBuilder.payload(i), i, i);
    }
    return segment;
  }

  @Test
  @DisplayName("all frames are taken, of whatever kind and size, wherever they lie in what is read at a time")
  void everything() throws IOException {
    var random = new Random(SEED);
    for (var largest : new int[]{1, 60, 3000, 200_000}) {
      var segment = LogBuilder.first();
      var time = 0;
      while (segment.offset() < 900_000) {
        time = (int) segment.nextId() / 3;
        var payload = new byte[random.nextInt(largest)];
        random.nextBytes(payload);
        if (random.nextInt(8) == 0) {
          segment.batch(List.of(payload, new byte[3]), Frame.PROVES_NOTHING, time);
        } else if (random.nextInt(8) == 0) {
          segment.compressed(payload, Frame.PROVES_NOTHING, time);
        } else {
          segment.record(payload, (int) Math.min(segment.nextId(), 2), time);
        }
      }
      var found = scan(segment.unsealed());
      assertEquals(segment.nextId(), found.endId());
      assertEquals(segment.offset(), found.endOffset());
      assertEquals(segment.asPredecessor().checksum(), found.lastChecksum());
      assertEquals(time, found.lastTime());
      assertEquals(scan(segment.sealed()).endId(), found.endId());
      assertEquals(segment.sealed().length, scan(segment.sealed()).fileSize());
    }
  }

  @Test
  @DisplayName("a frame of which any bit is another is not taken, nor anything behind it")
  void everyBit() throws IOException {
    var before = records(40);
    var at = (int) before.offset();
    var bytes = records(80).unsealed();
    var end = at + Frame.HEADER + LogBuilder.payload(40).length;
    for (var bit = at * 8; bit < end * 8; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      var found = scan(bytes);
      assertEquals(40, found.endId(), "bit " + bit % 8 + " of byte " + (bit / 8 - at) + " of the frame");
      assertEquals(at, found.endOffset());
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertEquals(80, scan(bytes).endId());
  }

  /** Behind so many frames of one size these are checked together. */
  private static final int MANY = 2_000;

  @Test
  @DisplayName("the same is true of a frame among many of its size; its padding means nothing")
  void everyBitAmongMany() throws IOException {
    var before = records(MANY);
    var at = (int) before.offset();
    var bytes = records(MANY + 300).unsealed();
    var length = Frame.HEADER + LogBuilder.payload(MANY).length;
    var end = at + (int) Frame.sizeOf(LogBuilder.payload(MANY).length);
    for (var bit = at * 8; bit < end * 8; bit++) {
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      var found = scan(bytes);
      var message = "bit " + bit % 8 + " of byte " + (bit / 8 - at) + " of the frame";
      assertEquals(bit / 8 - at < length ? MANY : MANY + 300, found.endId(), message);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    }
    assertEquals(MANY + 300, scan(bytes).endId());
  }

  @Test
  @DisplayName("stretches of frames of one size are taken as if each had been taken by itself")
  void stretches() throws IOException {
    var random = new Random(SEED);
    for (var round = 0; round < 20; round++) {
      var segment = LogBuilder.first();
      var time = 0;
      long proved = 0;
      while (segment.offset() < 700_000) {
        var payload = new byte[random.nextInt(random.nextBoolean() ? 100 : 3_000)];
        for (var left = random.nextInt(1_000); left > 0; left--) {
          time += random.nextInt(2);
          random.nextBytes(payload);
          var durable = random.nextInt(100) == 0 ? segment.nextId() - random.nextLong(1 + segment.nextId()) : 0;
          var provesNothing = random.nextInt(3) == 0;
          proved = provesNothing ? proved : Math.max(proved, durable);
          segment.record(payload, provesNothing ? Frame.PROVES_NOTHING : (int) (segment.nextId() - durable), time);
        }
      }
      var found = scan(segment.unsealed());
      var message = "seed " + SEED + ", round " + round;
      assertEquals(segment.nextId(), found.endId(), message);
      assertEquals(segment.offset(), found.endOffset(), message);
      assertEquals(segment.asPredecessor().checksum(), found.lastChecksum(), message);
      assertEquals(time, found.lastTime(), message);
      assertEquals(proved, found.proved(), message);
      var index = segment.index();
      assertEquals(index.size(), found.index().size(), message);
      for (var i = 0; i < index.size(); i++) {
        assertEquals(index.idDistance(i), found.index().idDistance(i), message);
        assertEquals(index.offset(i), found.index().offset(i), message);
        assertEquals(index.time(i), found.index().time(i), message);
      }
    }
  }

  @Test
  @DisplayName("frames whose checksums agree are not taken if what they say cannot be")
  void whatCannotBe() throws IOException {
    var segment = records(20);
    var payload = LogBuilder.payload(20);
    var fine = segment.frame(RECORD, payload, 20, 1, 20, 20, 0, 0);
    assertEquals(21, scan(records(20).raw(fine).unsealed()).endId());
    for (var wrong : List.of(segment.frame(RECORD, payload, 19, 1, 0, 20, 0, 0),
        segment.frame(RECORD, payload, 21, 1, 0, 20, 0, 0), segment.frame(RECORD, payload, 20, 2, 0, 20, 0, 0),
        segment.frame(RECORD, payload, 20, 0, 0, 20, 0, 0), segment.frame(RECORD, payload, 20, 1, 21, 20, 0, 0),
        segment.frame(0, payload, 20, 1, 0, 20, 0, 0), segment.frame(RECORD, payload, 20, 1, 0, 20, 0, 1),
        segment.frame(Frame.START, payload, 20, 0, 0, 20, 0, 0),
        segment.frame(RECORD, new byte[LogBuilder.header(1, 0).maxFrame()], 20, 1, 0, 20, 0, 0))) {
      assertEquals(20, scan(records(20).raw(wrong).unsealed()).endId());
    }
  }

  @Test
  @DisplayName("what frames prove durable is the most that any of them says, and nothing of one that proves nothing")
  void proof() throws IOException {
    var segment = records(10); // each says that nothing before it was durable
    assertEquals(0, scan(segment.unsealed()).proved());
    segment.record(new byte[9], 3, 1).record(new byte[9], 5, 1).record(new byte[9], Frame.PROVES_NOTHING, 1);
    assertEquals(7, scan(segment.unsealed()).proved());
  }

  @Test
  @DisplayName("the index has an entry for the first frame and then each that begins 4 KiB or more behind the last one")
  void index() throws IOException {
    var segment = records(2000);
    var index = scan(segment.unsealed()).index();
    assertEquals(StartFrame.DATA_START, index.offset(0));
    var sealed = scan(segment.sealed()).index();
    assertEquals(sealed.size(), index.size());
    for (var i = 0; i < index.size(); i++) {
      assertEquals(index.idDistance(i), index.time(i));
      if (i > 0) {
        var behind = index.offset(i) - index.offset(i - 1);
        assertEquals(behind, Math.clamp(behind, 4096, 4096 + 200));
      }
    }
  }
}
