package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each structure is what it was after encoding and decoding; and what was changed is not valid any more. */
class StructuresTest {
  private static final LogFormat FORMAT = new LogFormat(new UUID(1, -2), 3, 4, 5, 6, 1_795_000_000_000L);
  private static final SegmentHeader HEADER = new SegmentHeader(-1, 2, -3, 4, 5, 6, 1 << 20);
  private static final StateSlot SLOT = new StateSlot(7, 8, 9, 10, 3, -12, 13, 8, 9);

  private static byte[] bytes(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static @Nullable SegmentHeader header(byte[] bytes) {
    return SegmentHeader.decode(ByteBuffer.wrap(bytes), "some.seg");
  }

  private static @Nullable StateSlot slot(byte[] bytes) {
    return StateSlot.read(bytes).newest();
  }

  @Test
  @DisplayName("FORMAT, segment header and slot of STATE are what they were after encoding and decoding")
  void roundTrip() {
    assertEquals(FORMAT, LogFormat.decode(bytes(FORMAT.encode())));
    assertEquals(HEADER, header(bytes(HEADER.encode())));
    assertEquals(SLOT, slot(bytes(SLOT.encode())));
  }

  @Test
  @DisplayName("no bit of FORMAT, segment header or slot of STATE can be flipped unnoticed")
  void flippedBits() {
    eachBitMatters(bytes(FORMAT.encode()), LogFormat::decode);
    eachBitMatters(bytes(HEADER.encode()), StructuresTest::header);
    eachBitMatters(bytes(SLOT.encode()), StructuresTest::slot);
  }

  private static void eachBitMatters(byte[] bytes, Function<byte[], @Nullable Object> decode) {
    assertNotNull(decode.apply(bytes));
    for (var bit = 0; bit < bytes.length * 8; bit++) {
      var flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertNull(decode.apply(flipped), "bit " + bit);
    }
    for (var length = 0; length < bytes.length; length++) {
      assertNull(decode.apply(Arrays.copyOf(bytes, length)), "cut to " + length);
    }
  }

  private static byte[] resealed(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 4, (int) crc.getValue());
    return bytes;
  }

  @Test
  @DisplayName("a larger major version and an unknown required feature are refused by name; a larger minor one is read")
  void versions() {
    for (var structure : List.of(bytes(FORMAT.encode()), bytes(HEADER.encode()))) {
      var isFormat = structure[4] == 'F' && structure[5] == 'M';
      Function<byte[], @Nullable Object> decode = isFormat ? LogFormat::decode : StructuresTest::header;
      var major = structure.clone();
      major[8] = 2;
      var refused = assertThrows(UnsupportedFormatException.class, () -> decode.apply(resealed(major)));
      assertTrue(refused.toString().contains(isFormat ? "FORMAT" : "some.seg"), refused.toString());
      var feature = structure.clone();
      feature[16] = 1;
      assertThrows(UnsupportedFormatException.class, () -> decode.apply(resealed(feature)));
      var minor = structure.clone();
      minor[10] = 9;
      assertNotNull(decode.apply(resealed(minor)));
    }
  }

  @Test
  @DisplayName("a newer major version is recognised though its structure has another length")
  void longerStructure() {
    var longer = Arrays.copyOf(bytes(FORMAT.encode()), 512);
    longer[8] = 3;
    ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 512);
    assertThrows(UnsupportedFormatException.class, () -> LogFormat.decode(resealed(longer)));
  }

  @Test
  @DisplayName("fields that no writer writes are refused though the checksum agrees")
  void impossibleFields() {
    assertNull(header(bytes(new SegmentHeader(1, 2, 3, 0, 5, 6, 1 << 20).encode())), "epoch 0");
    assertNull(header(bytes(new SegmentHeader(1, 2, 3, 4, 5, -6, 1 << 20).encode())), "negative size");
    assertNull(header(bytes(new SegmentHeader(1, 2, 3, 4, 5, 6, 31).encode())), "frames smaller than their header");
    assertNull(header(bytes(new SegmentHeader(1, 2, 3, 4, 5, 6, -1).encode())), "negative largest frame");
    assertNull(slot(bytes(new StateSlot(0, 1, 0, 0, 0, 1, 1).encode())), "sequence 0");
    assertNull(slot(bytes(new StateSlot(1, 0, 0, 0, 0, 1, 1).encode())), "epoch 0");
    assertNull(slot(bytes(new StateSlot(1, 1, -1, 0, 0, 1, 1).encode())), "negative watermark");
    assertNull(slot(bytes(new StateSlot(1, 1, 5, 4, 0, 1, 1).encode())), "visible below durable");
    assertNull(slot(bytes(new StateSlot(1, 1, 0, 0, -1, 1, 1).encode())), "negative floor");
  }

  @Test
  @DisplayName("a slot of STATE has the same bytes where another one was encoded before")
  void slotInTheMemoryOfAnother() {
    var memory = ByteBuffer.allocate(StateSlot.SIZE);
    new StateSlot(-1, -1, -1, -1, -1, -1, -1, -1, -1).encode(memory);
    memory.position(17); // where a write that failed has left it
    assertEquals(SLOT.encode(), SLOT.encode(memory));
    assertEquals(SLOT, slot(bytes(memory)));
  }

  @Test
  @DisplayName("of the two slots of STATE the valid one with the larger sequence counts")
  void slots() {
    var file = SLOT.encodeFile();
    assertEquals(StateSlot.FILE_SIZE, file.length);
    var both = StateSlot.read(file);
    assertTrue(both.complete());
    assertEquals(8, both.newest() == null ? -1 : both.newest().sequence());
    file[2048 + 30] ^= 1;
    assertEquals(new StateSlot.Contents(SLOT, false), StateSlot.read(file));
    file[30] ^= 1;
    assertEquals(new StateSlot.Contents(null, false), StateSlot.read(file));
    assertEquals(new StateSlot.Contents(null, false), StateSlot.read(new byte[0]));
    assertEquals(0, SLOT.offset());
    assertEquals(2048, new StateSlot(8, 8, 9, 10, 3, 1, 1).offset());
  }

  @Test
  @DisplayName("a start frame is what it was after encoding and decoding")
  void startFrame() {
    var start = new StartFrame(100, 7, 4096, 0xCAFE);
    var array = bytes(start.encode(99, 250, 3, 12));
    var bytes = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    var frame = new Frame();
    frame.read(bytes, 0);
    assertTrue(frame.isPlausible(array.length, 1 << 20));
    assertEquals(Frame.START, frame.type());
    assertEquals(250, frame.firstId());
    assertEquals(250, frame.endId());
    assertEquals(247, frame.provedDurable());
    assertEquals(12, frame.time());
    assertEquals(frame.checksum(), new FrameChecksum().of(99, array, 0, StartFrame.PAYLOAD));
    assertEquals(start, StartFrame.decode(bytes, Frame.HEADER));
    assertEquals(0, bytes.getInt(Frame.HEADER + 28));
    var behindUnnamed = new StartFrame(100, 7, 4096, 0xCAFE, false);
    var its = ByteBuffer.wrap(bytes(behindUnnamed.encode(99, 250, 3, 12))).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(behindUnnamed, StartFrame.decode(its, Frame.HEADER));
    assertEquals(1, its.getInt(Frame.HEADER + 28));
    assertEquals(behindUnnamed, StartFrame.decode(its.putInt(Frame.HEADER + 28, 0xFFFF_FFFF), Frame.HEADER),
        "other bits are for later versions");
  }

  @Test
  @DisplayName("a seal is what it was after encoding and decoding, whatever the number of its entries")
  void seal() {
    for (var entries = 0; entries < 40; entries++) {
      var index = new IndexEntries();
      for (var i = 0; i < entries; i++) {
        index.add(3L * i, StartFrame.DATA_START + 4096L * i, 10 * i);
      }
      var end = StartFrame.DATA_START + 4096L * entries;
      var seal = new Seal(3L * entries, end, 77, 1, 2, index);
      var bytes = bytes(seal.encode(5, 1000));
      assertEquals(Seal.sizeWith(entries), bytes.length);
      assertEquals(end, Seal.offsetFrom(ByteBuffer.wrap(bytes, bytes.length - Seal.TRAILER, Seal.TRAILER).slice()));
      var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      var frame = new Frame();
      frame.read(buffer, 0);
      assertTrue(frame.isPlausible(bytes.length, 64) && frame.isSettled());
      assertEquals(frame.checksum(), new FrameChecksum().of(5, bytes, 0, frame.payloadLength()));
      sameSeal(seal, Seal.decode(buffer, Frame.HEADER, frame.payloadLength()));
    }
  }

  private static void sameSeal(Seal expected, @Nullable Seal actual) {
    assertNotNull(actual);
    assertEquals(List.of(expected.records(), expected.dataEnd(), expected.checksum(), expected.minTime(),
        expected.maxTime(), expected.index().size()),
        List.of(actual.records(), actual.dataEnd(), actual.checksum(), actual.minTime(), actual.maxTime(),
            actual.index().size()));
    for (var i = 0; i < expected.index().size(); i++) {
      assertEquals(expected.index().idDistance(i), actual.index().idDistance(i));
      assertEquals(expected.index().offset(i), actual.index().offset(i));
      assertEquals(expected.index().time(i), actual.index().time(i));
    }
  }

  @Test
  @DisplayName("a seal that counts more entries than it has room for is none, and nothing is allocated for them")
  void hugeSeal() {
    var bytes = bytes(new Seal(1, 4096, 77, 1, 2, new IndexEntries()).encode(5, 1000));
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (var entries : List.of(1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x15555556)) {
      buffer.putInt(Frame.HEADER + 28, entries);
      assertNull(Seal.decode(buffer, Frame.HEADER, bytes.length - Frame.HEADER), "entries " + entries);
    }
  }

  @Test
  @DisplayName("lengths of a batch must add up, in unsigned arithmetic that does not overflow")
  void batch() {
    var payload = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(5).putInt(0).putInt(3);
    assertTrue(BatchPayload.isValid(payload, 0, 20, 3));
    assertEquals(12, BatchPayload.offset(payload, 0, 3, 0));
    assertEquals(17, BatchPayload.offset(payload, 0, 3, 1));
    assertEquals(17, BatchPayload.offset(payload, 0, 3, 2));
    assertFalse(BatchPayload.isValid(payload, 0, 20, 0));
    assertFalse(BatchPayload.isValid(payload, 0, 20, -1));
    assertFalse(BatchPayload.isValid(payload, 0, 20, 6));
    assertFalse(BatchPayload.isValid(payload, 0, 20, Integer.MAX_VALUE));
    payload.putInt(0, -1).putInt(4, 9).putInt(8, 0);
    assertFalse(BatchPayload.isValid(payload, 0, 20, 3));
  }

  @Test
  @DisplayName("a frame is not plausible if a field says what cannot be")
  void implausible() {
    var buffer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    var frame = new Frame();
    Frame.putHeader(buffer, 0, 20, 50, 1, 50, 0, Frame.RECORD);
    frame.read(buffer, 0);
    assertTrue(frame.isPlausible(56, 56));
    assertFalse(frame.isPlausible(55, 56), "longer than the file");
    assertFalse(frame.isPlausible(64, 48), "longer than the header allows");
    assertEquals(0, frame.provedDurable());
    for (var change : List.<Runnable>of(() -> buffer.putInt(Frame.LENGTH, -1),
        () -> buffer.putInt(Frame.LENGTH, Integer.MAX_VALUE), () -> buffer.putLong(Frame.FIRST_ID, -1),
        () -> buffer.putInt(Frame.COUNT, 2), () -> buffer.putInt(Frame.COUNT, 0),
        () -> buffer.putInt(Frame.UNSYNCED, 51), () -> buffer.put(Frame.TYPE, (byte) 0),
        () -> buffer.put(Frame.TYPE, Frame.START), () -> buffer.put(Frame.TYPE, Frame.SEAL),
        () -> buffer.put(Frame.TYPE, (byte) 9))) {
      Frame.putHeader(buffer, 0, 20, 50, 1, 50, 0, Frame.RECORD);
      change.run();
      frame.read(buffer, 0);
      assertFalse(frame.isPlausible(56, 56));
    }
  }

  @Test
  @DisplayName("a frame with more undurable ids before it than the field can count proves nothing")
  void unsynced() {
    assertEquals(0, Frame.unsynced(7, 7));
    assertEquals(7, Frame.unsynced(7, 0));
    assertEquals(-2, Frame.unsynced(0xFFFF_FFFEL, 0));
    assertEquals(Frame.PROVES_NOTHING, Frame.unsynced(0xFFFF_FFFFL, 0));
    assertEquals(Frame.PROVES_NOTHING, Frame.unsynced(1L << 40, 0));
  }

  @Test
  @DisplayName("names of segments are 20 digits that a long can hold, and nothing else")
  void segmentNames() {
    assertEquals("00000000000000000042.seg", Names.segment(42));
    assertEquals(Long.MAX_VALUE, Names.firstId(Names.segment(Long.MAX_VALUE)));
    for (var name : List.of("09223372036854775808.seg", "99999999999999999999.seg", "0.seg", ".seg",
        "0000000000000000000a.seg", "-0000000000000000001.seg", "+0000000000000000001.seg",
        "00000000000000000042.SEG", "00000000000000000042.seg.tmp", "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠.seg")) {
      assertEquals(-1, Names.firstId(name), name);
    }
  }

  @Test
  @DisplayName("the hash of a name is that of FORMAT.md")
  void nameHash() {
    assertEquals(0xcbf29ce484222325L, Names.hash(""));
    assertEquals(0xaf63dc4c8601ec8cL, Names.hash("a"));
  }
}
