package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.Wal;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.RingHeader;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The table in CRASH-SAFETY.md, "The decision", with real bytes: read-only, under ERROR and under TRUNCATE. */
class DecisionsOnDiskTest {
  private static LogBuilder log(long watermark) {
    return new LogBuilder().state(1, watermark, 0);
  }

  private static SegmentBuilder five(long durable) {
    return LogBuilder.fill(LogBuilder.first(), 5, durable);
  }

  private static byte[] flipped(byte[] bytes, long at) {
    var flipped = bytes.clone();
    flipped[(int) at] ^= 0x10;
    return flipped;
  }

  @Test
  @DisplayName("SEALED: the stream was closed in order")
  void sealed() {
    Opened.goesOn(log(5).segment(0, five(0).sealed()).image(), Outcome.CLEAN, 5);
  }

  @Test
  @DisplayName("END_OF_DATA: only zeros follow the last record")
  void endOfData() {
    Opened.goesOn(log(3).segment(0, five(0).unsealed()).image(), Outcome.UNCLEAN, 5);
    Opened.goesOn(log(0).segment(0, LogBuilder.first().unsealed()).image(), Outcome.UNCLEAN, 0);
  }

  @Test
  @DisplayName("END_OF_DATA, TORN_TAIL: a segment whose start frame is lost follows a sealed one: it was not closed in order")
  void anUnfinishedSegmentBehindASealedOneWasTakenForAnOrderlyEnd() {
    var first = five(5);
    var next = LogBuilder.fill(LogBuilder.after(first, 0), 3, 5).unsealed();
    var header = Arrays.copyOf(Arrays.copyOf(next, SegmentHeader.SIZE), next.length);
    Opened.goesOn(log(5).segment(0, first.sealed()).segment(5, header).image(), Outcome.UNCLEAN, 5);
    var torn = next.clone();
    Arrays.fill(torn, SegmentHeader.SIZE, StartFrame.DATA_START, (byte) 0);
    Opened.goesOn(log(5).segment(0, first.sealed()).segment(5, torn).image(), Outcome.TORN_TAIL, 5);
  }

  @Test
  @DisplayName("TORN_TAIL: half a frame, half a seal, or a later segment follows what was never durable")
  void tornTail() {
    var five = five(0);
    var end = five.offset();
    var sixth = five(0).frame(Frame.RECORD, LogBuilder.payload(5), 5, 1, 5, 0, 0, 0);
    for (var length = 1; length < sixth.length - 4; length += 3) {
      Opened.goesOn(log(5).segment(0, five(0).raw(Arrays.copyOf(sixth, length)).unsealed()).image(),
          Outcome.TORN_TAIL, 5);
    }
    var halfASeal = Arrays.copyOf(five.seal(), 50);
    Opened.goesOn(log(5).segment(0, five.raw(halfASeal).unsealed()).image(), Outcome.TORN_TAIL, 5);
    var whole = five(0);
    var next = LogBuilder.fill(LogBuilder.after(whole, 5), 3, 0);
    Opened.goesOn(log(0).segment(0, flipped(whole.unsealed(), end - 20)).segment(5, next.unsealed()).image(),
        Outcome.TORN_TAIL, 4);
  }

  @Test
  @DisplayName("DAMAGED_FRAME: a record below the watermark, or below what later frames prove, is damaged")
  void damagedFrame() {
    var damaged = flipped(five(0).unsealed(), StartFrame.DATA_START + 2 * 40 + 34);
    Opened.isDamaged(log(5).segment(0, damaged).image(), "DAMAGED_FRAME", 2);
    var proved = flipped(five(3).unsealed(), StartFrame.DATA_START + 2 * 40 + 34);
    var refused = Opened.isDamaged(log(0).segment(0, proved).image(), "DAMAGED_FRAME", 2);
    assertTrue(refused.toString().contains("records 2 to 2 were durable and are lost"), refused.toString());
    Opened.goesOn(log(0).segment(0, damaged).image(), Outcome.TORN_TAIL, 2);
  }

  @Test
  @DisplayName("TORN_TAIL: an unsynced of all ones proves nothing")
  void unsyncedThatProvesNothing() {
    var silent = LogBuilder.first();
    for (var id = 0; id < 5; id++) {
      silent.record(LogBuilder.payload(id), Frame.PROVES_NOTHING, 10 * id);
    }
    var damaged = flipped(silent.unsealed(), StartFrame.DATA_START + 2 * 40 + 34);
    Opened.goesOn(log(0).segment(0, damaged).image(), Outcome.TORN_TAIL, 2);
  }

  @Test
  @DisplayName("DAMAGED_FRAME: the start frame of a new history was durable before its segment had its name")
  void damagedStartFrame() {
    var first = five(0);
    var next = LogBuilder.fill(new SegmentBuilder(LogBuilder.header(2, 3), 3,
        new StartFrame(0, 1, StartFrame.DATA_START + 3 * 40, 1), 0), 2, 3);
    var image = new LogBuilder().state(2, 3, 0).segment(0, first.unsealed())
        .segment(3, flipped(next.unsealed(), SegmentHeader.SIZE + 40)).image();
    Opened.isDamaged(image, "DAMAGED_FRAME", 3); // not 5: what the history before held beyond 3 must not come back
  }

  @Test
  @DisplayName("DAMAGED_HEADER: a segment's header was durable before it had its name")
  void damagedHeader() {
    var first = five(5);
    var next = LogBuilder.fill(LogBuilder.after(first, 0), 3, 5);
    for (var at = 0; at < SegmentHeader.SIZE; at += 5) {
      Opened.isDamaged(
          log(5).segment(0, first.unsealed()).segment(5, flipped(next.unsealed(), at)).image(), "DAMAGED_HEADER", 5);
    }
    Opened.isDamaged(log(0).segment(0, flipped(LogBuilder.first().unsealed(), 50)).image(), "DAMAGED_HEADER", 0);
  }

  @Test
  @DisplayName("FOREIGN_SEGMENT: a segment of another stream, of a namesake, or under the name of another segment")
  void foreignSegment() {
    var first = five(5);
    for (var foreign : Foreign.ALL) {
      Opened.isDamaged(log(5).segment(0, first.unsealed()).segment(5, foreign.segment(5, 600)).image(),
          "FOREIGN_SEGMENT", 5);
    }
    var next = LogBuilder.fill(LogBuilder.after(first, 0), 3, 5).unsealed();
    Opened.isDamaged(log(5).segment(0, first.unsealed()).segment(6, next).image(), "FOREIGN_SEGMENT", 5);
    Opened.isDamaged(log(5).segment(0, first.unsealed()).segment(5, next).segment(8, next).image(), "FOREIGN_SEGMENT",
        8);
  }

  @Test
  @DisplayName("MISSING_SEGMENT: between two others, at the front, all, or the one a new history began with")
  void missingSegment() {
    var first = five(5);
    var second = LogBuilder.fill(LogBuilder.after(first, 0), 5, 5);
    var third = LogBuilder.fill(LogBuilder.after(second, 0), 5, 10);
    Opened.isDamaged(log(10).segment(0, first.sealed()).segment(10, third.unsealed()).image(), "MISSING_SEGMENT", 5);
    Opened.isDamaged(log(10).segment(5, second.sealed()).segment(10, third.unsealed()).image(), "MISSING_SEGMENT", 0);
    Opened.isDamaged(log(10).image(), "MISSING_SEGMENT", 0);
    var state = new StateSlot(3, 2, 3, 3, 0, first.header().nameHash(), first.header().streamId(), 2, 3).encodeFile();
    Opened.isDamaged(new LogBuilder().file(Names.STATE, state).segment(0, first.sealed()).image(), "MISSING_SEGMENT",
        3);
  }

  @Test
  @DisplayName("MISSING_SEGMENT: a segment got its seal when there was one behind it, and that is gone")
  void theLastSegmentWasDeletedAndTheLogSaidToBeClean() {
    var first = five(0);
    var second = LogBuilder.fill(LogBuilder.after(first, 5), 5, 0);
    for (var watermark : List.of(0, 5)) {
      var state = new StateSlot(3, 1, watermark, 8, 0, first.header().nameHash(), first.header().streamId())
          .encodeFile();
      Opened.isDamaged(new LogBuilder().file(Names.STATE, state).segment(0, first.sealed()).image(), "MISSING_SEGMENT",
          5);
      Opened.goesOn(new LogBuilder().file(Names.STATE, state).segment(0, first.sealed()).segment(5, second.unsealed())
          .image(), Outcome.UNCLEAN, 10);
      Opened.goesOn(new LogBuilder().file(Names.STATE, state).segment(0, first.unsealed()).image(), Outcome.UNCLEAN,
          5); // what a power loss leaves
    }
    var tornStart = second.unsealed();
    Arrays.fill(tornStart, SegmentHeader.SIZE, StartFrame.DATA_START, (byte) 0);
    var state = new StateSlot(3, 1, 0, 8, 0, first.header().nameHash(), first.header().streamId()).encodeFile();
    Opened.goesOn(new LogBuilder().file(Names.STATE, state).segment(0, first.sealed()).segment(5, tornStart).image(),
        Outcome.TORN_TAIL, 5);
    var begun = new StateSlot(3, 2, 0, 8, 0, first.header().nameHash(), first.header().streamId()).encodeFile();
    Opened.goesOn(new LogBuilder().file(Names.STATE, begun).segment(0, first.sealed()).image(), Outcome.CLEAN, 5);
  }

  @Test
  @DisplayName("TORN_TAIL: a segment is missing that had no durable name when the next one was begun, nor anything durable")
  void aGapThatAPowerLossExplains() {
    var first = five(0);
    var second = LogBuilder.fill(LogBuilder.after(first, 5), 5, 0);
    var third = LogBuilder.fill(LogBuilder.afterUnnamed(second, 10), 5, 0);
    var fourth = LogBuilder.fill(LogBuilder.afterUnnamed(third, 15), 5, 5);
    for (var watermark : List.of(0, 5)) {
      Opened.goesOn(log(watermark).segment(0, first.unsealed()).segment(10, third.unsealed()).image(),
          Outcome.TORN_TAIL, 5);
      Opened.goesOn(log(watermark).segment(0, first.unsealed()).segment(10, third.unsealed())
          .segment(15, fourth.unsealed()).image(), Outcome.TORN_TAIL, 5);
    }
    var tornStart = third.unsealed();
    Arrays.fill(tornStart, SegmentHeader.SIZE, StartFrame.DATA_START, (byte) 0);
    Opened.goesOn(log(5).segment(0, first.unsealed()).segment(10, tornStart).segment(15, fourth.unsealed()).image(),
        Outcome.TORN_TAIL, 5);
    var torn = flipped(first.unsealed(), first.offset() - 20);
    Opened.isDamaged(log(5).segment(0, torn).segment(10, third.unsealed()).image(), "DAMAGED_FRAME", 4);
    Opened.goesOn(log(4).segment(0, torn).segment(10, third.unsealed()).image(), Outcome.TORN_TAIL, 4);
    Opened.goesOn(log(0).segment(0, first.unsealed()).segment(5, second.unsealed()).segment(10, third.unsealed())
        .image(), Outcome.UNCLEAN, 15);
  }

  @Test
  @DisplayName("MISSING_SEGMENT: something shows that the name of the one that is missing, or a record of it, was durable")
  void aGapThatNoPowerLossExplains() {
    var first = five(0);
    var second = LogBuilder.fill(LogBuilder.after(first, 5), 5, 0);
    var third = LogBuilder.fill(LogBuilder.afterUnnamed(second, 10), 5, 0).unsealed();
    Opened.isDamaged(log(6).segment(0, first.unsealed()).segment(10, third).image(), "MISSING_SEGMENT", 5);
    var proving = LogBuilder.fill(LogBuilder.afterUnnamed(second, 10), 5, 6).unsealed();
    Opened.isDamaged(log(0).segment(0, first.unsealed()).segment(10, proving).image(), "MISSING_SEGMENT", 5);
    var named = LogBuilder.fill(LogBuilder.after(second, 10), 5, 0).unsealed();
    Opened.isDamaged(log(0).segment(0, first.unsealed()).segment(10, named).image(), "MISSING_SEGMENT", 5);
    Opened.isDamaged(log(0).segment(0, first.sealed()).segment(10, third).image(), "MISSING_SEGMENT", 5);
    var fourth = LogBuilder.fill(
        LogBuilder.after(LogBuilder.fill(LogBuilder.afterUnnamed(second, 10), 5, 0), 15), 5, 0).unsealed();
    Opened.isDamaged(log(0).segment(0, first.unsealed()).segment(10, third).segment(15, fourth).image(),
        "MISSING_SEGMENT", 5);
    var longer = LogBuilder.fill(LogBuilder.first(), 6, 0).unsealed(); // than when the one that is missing was begun
    Opened.isDamaged(log(0).segment(0, longer).segment(10, third).image(), "MISSING_SEGMENT", 5);
    var ofAnotherEpoch = LogBuilder.fill(new SegmentBuilder(LogBuilder.header(2, 10), 10,
        new StartFrame(5, 2, second.offset(), 1, false), 10), 5, 0).unsealed();
    Opened.isDamaged(log(0).segment(0, first.unsealed()).segment(10, ofAnotherEpoch).image(), "MISSING_SEGMENT", 5);
  }

  @Test
  @DisplayName("CUT_FILE: a file is shorter than it was prepared, though only zeros were cut")
  void cutFile() {
    var bytes = five(0).unsealed();
    for (var length : new int[]{LogBuilder.RESERVED - 1, LogBuilder.RESERVED - 512, (int) five(0).offset()}) {
      Opened.isDamaged(log(0).segment(0, Arrays.copyOf(bytes, length)).image(), "CUT_FILE", 5);
    }
    var sealed = five(0).sealed();
    Opened.isDamaged(log(5).segment(0, Arrays.copyOf(sealed, sealed.length - 1)).image(), "CUT_FILE", 5);
  }

  @Test
  @DisplayName("BROKEN_CHAIN: a start frame does not agree with the end of the segment before it")
  void brokenChain() {
    var first = five(0);
    var good = first.asPredecessor();
    for (var start : Set.of(new StartFrame(0, 1, good.endOffset(), good.checksum() + 1),
        new StartFrame(0, 1, good.endOffset() - 40, good.checksum()),
        new StartFrame(0, 7, good.endOffset(), good.checksum()), StartFrame.FIRST)) {
      var next = LogBuilder.fill(new SegmentBuilder(LogBuilder.header(1, 5), 5, start, 5), 3, 0);
      var end = start.predecessor() < 0 || start.epoch() == 7 ? 0 : 5;
      Opened.isDamaged(log(0).segment(0, first.unsealed()).segment(5, next.unsealed()).image(), "BROKEN_CHAIN", end);
    }
  }

  @Test
  @DisplayName("NEWER_FORMAT: a newer major version, unknown frame type, flag or codec are refused by name")
  void newerFormat() {
    isRefused(log(5).segment(0, ofMajorVersion2(five(0).unsealed())).image(), "00000000000000000000.seg");
    var ring = Arrays.copyOf(new RingHeader(1, 1, 0, 5, 192).encode().array(), 256); // the header of the first half
    isRefused(log(5).segment(0, five(0).unsealed()).file("ring", ofMajorVersion2(ring)).image(), "ring");
    for (var frame : Set.of(new int[]{9, 0, 0}, new int[]{200, 0, 0}, new int[]{1, 3, 0}, new int[]{1, 255, 0},
        new int[]{1, 0, 1},
        new int[]{9, 0, 0x4000})) {
      var five = five(0);
      five.raw(five.frame(frame[0], LogBuilder.payload(5), 5, frame[0] == 1 ? 1 : 0, 5, 0, frame[1], frame[2]));
      isRefused(log(5).segment(0, five.unsealed()).image(), "00000000000000000000.seg");
    }
  }

  private static byte[] ofMajorVersion2(byte[] structure) {
    structure[8] = 2;
    var crc = new CRC32C();
    crc.update(structure, 0, 124);
    ByteBuffer.wrap(structure).order(ByteOrder.LITTLE_ENDIAN).putInt(124, (int) crc.getValue());
    return structure;
  }

  private static void isRefused(LogImage image, String file) {
    QuietLogs.please();
    var directory = image.toDirectory();
    try (var wal = Wal.openReadOnly(directory, Opened.ERROR)) {
      var refused = assertThrows(UnsupportedFormatException.class, () -> wal.stream(LogBuilder.STREAM));
      assertTrue(refused.toString().contains(file), refused.toString());
    }
    for (var options : new dev.holdfast.WalOptions[]{Opened.ERROR, Opened.TRUNCATE}) {
      try (var wal = Wal.open(directory, options)) {
        assertThrows(UnsupportedFormatException.class, () -> wal.stream(LogBuilder.STREAM));
      }
    }
    assertEquals("", LogImage.of(directory).differenceTo(image, Set.of("LOCK", "LOCK.owner")));
  }

  @Test
  @DisplayName("a frame of an unknown type that may be skipped is skipped, and takes no id")
  void skippable() {
    var segment = LogBuilder.fill(LogBuilder.first(), 2, 0);
    segment.raw(segment.frame(77, new byte[100], 2, 0, 0, 0, 5, Frame.SKIPPABLE | 3));
    LogBuilder.fill(segment, 2, 0);
    Opened.goesOn(log(4).segment(0, segment.unsealed()).image(), Outcome.UNCLEAN, 4);
    Opened.goesOn(log(4).segment(0, segment.sealed()).image(), Outcome.CLEAN, 4);
  }

  @Test
  @DisplayName("left-overs: segments of a lower epoch behind a higher one, below the floor, and prepared files are dropped")
  void leftOvers() {
    var first = five(5);
    var old = LogBuilder.fill(LogBuilder.after(first, 0), 5, 5);
    var branch = LogBuilder.fill(new SegmentBuilder(LogBuilder.header(2, 3), 3,
        new StartFrame(0, 1, StartFrame.DATA_START + 3 * 40, checksumOfFrame(first, 2)), 0), 4, 3);
    var image = new LogBuilder().state(2, 3, 0).segment(0, first.sealed()).segment(5, old.unsealed())
        .segment(3, branch.unsealed()).file("2-0.tmp", new byte[4096]).image();
    Opened.goesOnWithout(image, Set.of(Names.segment(5), "2-0.tmp"), Outcome.UNCLEAN, 7);
    var second = LogBuilder.fill(LogBuilder.after(first, 0), 5, 5);
    var truncated = new LogBuilder().state(1, 5, 5).segment(0, first.sealed()).segment(5, second.unsealed()).image();
    Opened.goesOnWithout(truncated, Set.of(Names.segment(0)), Outcome.UNCLEAN, 10);
  }

  private static int checksumOfFrame(SegmentBuilder segment, int record) {
    return TinyReader.frames(segment.unsealed(), 0).get(record + 1).checksum();
  }

  @Test
  @DisplayName("without STATE the segments are the truth, and the report says so")
  void noState() {
    var image = new LogBuilder().segment(0, five(5).sealed()).image();
    Opened.goesOn(image, Outcome.CLEAN, 5);
    Opened.goesOn(new LogBuilder().file(Names.STATE, new byte[0]).segment(0, five(5).sealed()).image(), Outcome.CLEAN,
        5);
    try (var wal = Wal.openReadOnly(image.toDirectory(), Opened.ERROR)) {
      assertTrue(wal.stream(LogBuilder.STREAM).recovery().notes().toString().contains("STATE"));
      assertArrayEquals(LogBuilder.payload(4), wal.stream(LogBuilder.STREAM).get(4).orElseThrow());
    }
  }
}
