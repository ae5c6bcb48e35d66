package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.StorageFullException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.MemoryDirectory;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Failures of other logs in recovery, by their numbers in KNOWN-FAILURES.md (11 to 19). */
class KnownRecoveryFailuresTest {
  private static final String FIRST = LogBuilder.PREFIX + Names.segment(0);
  private static final int FRAME = 40;

  @BeforeAll
  static void quiet() {
    QuietLogs.please();
  }

  private static SegmentBuilder records(int count, long durable) {
    return LogBuilder.fill(LogBuilder.first(), count, durable);
  }

  private static LogImage log(long watermark, byte[] segment) {
    return new LogBuilder().state(1, watermark, 0).segment(0, segment).image();
  }

  private static byte[] flipped(byte[] bytes, int at) {
    var flipped = bytes.clone();
    flipped[at] ^= 1;
    return flipped;
  }

  @Test
  @DisplayName("11: a torn payload does not count as a record, is not extended over, and hides nothing that follows")
  void tornPayloadCountsAsARecord() {
    var segment = records(10, 0);
    for (var kept = 33; kept < 39; kept++) {
      var bytes = Arrays.copyOf(segment.unsealed(), LogBuilder.RESERVED);
      Arrays.fill(bytes, StartFrame.DATA_START + 9 * FRAME + kept, bytes.length, (byte) 0);
      var directory = log(0, bytes).toDirectory();
      try (var wal = Wal.open(directory, Opened.ERROR)) {
        var stream = wal.stream(LogBuilder.STREAM);
        assertEquals(9, stream.nextId());
        for (var id = 9; id < 14; id++) {
          assertEquals(id, stream.append(LogBuilder.payload(id)));
        }
      }
      assertArrayEquals(bytes, Arrays.copyOf(LogImage.of(directory).get(FIRST), bytes.length));
      try (var wal = Wal.open(directory, Opened.ERROR)) {
        Opened.hasRecords(wal.stream(LogBuilder.STREAM), 14);
      }
    }
  }

  @Test
  @DisplayName("12: checksums are verified at opening, and the corruption policy decides")
  void noChecksumIsVerifiedAtOpen() {
    var damaged = log(10, flipped(records(10, 0).unsealed(), StartFrame.DATA_START + 4 * FRAME + 33));
    Opened.isDamaged(damaged, "DAMAGED_FRAME", 4);
  }

  @Test
  @DisplayName("13: a flipped bit in a header in the middle cuts off no good records and gives no id again")
  void flippedHeaderBitCutsOffGoodRecords() {
    for (var at = 0; at < 32; at++) {
      for (var proof : List.of(10L, 0L)) { // by the watermark, or by the frames behind
        var bytes = records(10, 5).unsealed();
        bytes[StartFrame.DATA_START + 2 * FRAME + at] ^= 4;
        var image = log(proof, bytes);
        var directory = image.toDirectory();
        try (var wal = Wal.open(directory, Opened.ERROR)) {
          var refused = assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM), "byte " + at);
          assertEquals(2, refused.id());
        }
        assertEquals("", LogImage.of(directory).differenceTo(image, Set.of("LOCK", "LOCK.owner")));
      }
    }
  }

  @Test
  @DisplayName("13: a flipped bit in a length is not a torn tail")
  void flippedLengthBitLooksLikeATornTail() {
    for (var bit = 0; bit < 32; bit++) {
      var bytes = records(10, 5).unsealed();
      bytes[StartFrame.DATA_START + 2 * FRAME + 4 + bit / 8] ^= (byte) (1 << bit % 8);
      Opened.isDamaged(log(5, bytes), "DAMAGED_FRAME", 2);
    }
  }

  @Test
  @DisplayName("14: the limit on records per segment holds after reopening")
  void recordsPerSegmentForgottenAtReopen() {
    var options = WalOptions.builder().maxRecordsPerSegment(10).build();
    var directory = new MemoryDirectory();
    for (var open = 0; open < 6; open++) {
      try (var wal = Wal.open(directory, options)) {
        var stream = wal.stream("s");
        for (var i = 0; i < 33; i++) {
          stream.append(new byte[1]);
        }
        for (var segment : stream.segments()) {
          assertTrue(segment.ids().end() - segment.ids().start() <= 10, segment.toString());
        }
      }
    }
  }

  @Test
  @DisplayName("15: a nested stream name goes on after reopening")
  void nestedNameRestartsAtZero() {
    var directory = new MemoryDirectory();
    for (var i = 0L; i < 3; i++) {
      try (var wal = Wal.open(directory, WalOptions.defaults())) {
        assertEquals(i, wal.stream("a/b/c").append(new byte[1]));
        assertEquals(i, wal.stream("a").append(new byte[2]));
      }
    }
    try (var wal = Wal.open(directory, WalOptions.defaults())) {
      assertEquals(List.of("a", "a/b/c"), wal.streamNames());
    }
  }

  @Test
  @DisplayName("15: a missing middle segment does not end iteration silently")
  void missingMiddleSegmentEndsIteration() {
    var first = records(5, 5);
    var second = LogBuilder.fill(LogBuilder.after(first, 0), 5, 5);
    var third = LogBuilder.fill(LogBuilder.after(second, 0), 5, 10);
    var fourth = LogBuilder.fill(LogBuilder.after(third, 0), 5, 15);
    var image = new LogBuilder().state(1, 20, 0).segment(0, first.sealed()).segment(10, third.sealed())
        .segment(15, fourth.sealed()).image();
    try (var wal = Wal.openReadOnly(image.toDirectory(), Opened.ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      var cursor = stream.read(0);
      for (var id = 0; id < 5; id++) {
        assertTrue(cursor.next());
      }
      assertThrows(CorruptionException.class, cursor::next);
      assertThrows(CorruptionException.class, () -> stream.get(7));
      assertArrayEquals(LogBuilder.payload(12), stream.get(12).orElseThrow());
    }
  }

  @Test
  @DisplayName("15, 17: an empty metadata file stops neither its stream nor the log")
  void emptyMetadataStopsTheLog() {
    var image = log(5, records(5, 5).unsealed()).with(LogBuilder.PREFIX + Names.STATE, new byte[0])
        .with("streams/other/STATE", new byte[0]);
    try (var wal = Wal.open(image.toDirectory(), Opened.ERROR)) {
      Opened.hasRecords(wal.stream(LogBuilder.STREAM), 5);
      assertThrows(CorruptionException.class, () -> wal.stream("other"));
      assertEquals(0, wal.stream("third").append(new byte[1]));
    }
  }

  @Test
  @DisplayName("15: opening writes into no directory that is not a stream's")
  void opensWritesIntoOtherDirectories() {
    var image = log(5, records(5, 5).sealed()).with("streams/not%a%stream/notes.txt", new byte[]{1, 2})
        .with("streams/orders/notes.txt", new byte[]{3});
    var directory = image.toDirectory();
    try (var wal = Wal.open(directory, Opened.ERROR)) {
      assertEquals(List.of(LogBuilder.STREAM), wal.streamNames());
      wal.stream(LogBuilder.STREAM).append(new byte[1]);
    }
    var after = LogImage.of(directory);
    assertArrayEquals(new byte[]{1, 2}, after.get("streams/not%a%stream/notes.txt"));
    assertArrayEquals(new byte[]{3}, after.get("streams/orders/notes.txt"));
    assertEquals(1, after.files().keySet().stream().filter(path -> path.contains("not%a")).count());
  }

  @Test
  @DisplayName("16: ids go on after every segment was truncated")
  void idsStartAgainAfterTruncatingAll() {
    var directory = new MemoryDirectory();
    for (var round = 0L; round < 4; round++) {
      try (var wal = Wal.open(directory, WalOptions.builder().maxRecordsPerSegment(2).build())) {
        var stream = wal.stream("s");
        assertEquals(5 * round, stream.nextId());
        for (var i = 0; i < 5; i++) {
          assertEquals(5 * round + i, stream.append(new byte[1]));
        }
        stream.truncateBefore(stream.nextId());
      }
    }
  }

  @Test
  @DisplayName("16: a segment missing at the front or in between, and a gap in the ids, are not accepted")
  void holesAreAccepted() {
    var first = records(5, 5);
    var gap = new SegmentBuilder(LogBuilder.header(1, 7), 7, first.asPredecessor(), 7);
    Opened.isDamaged(new LogBuilder().state(1, 5, 0).segment(0, first.unsealed())
        .segment(7, LogBuilder.fill(gap, 3, 7).unsealed()).image(), "DAMAGED_FRAME", 5);
    var settled = new SegmentBuilder(LogBuilder.header(1, 7), 7, first.asPredecessor(), 0);
    var unscanned = new LogBuilder().state(1, 5, 0).segment(0, first.unsealed())
        .segment(7, LogBuilder.fill(settled, 3, 7).unsealed()).image();
    try (var wal = Wal.openReadOnly(unscanned.toDirectory(), Opened.ERROR)) {
      var cursor = wal.stream(LogBuilder.STREAM).read(4);
      assertTrue(cursor.next());
      assertThrows(CorruptionException.class, cursor::next);
    }
  }

  @Test
  @DisplayName("16: a crash during rotation leaves a readable log, whatever is there of the prepared segment")
  void crashDuringRotation() {
    var first = records(5, 5);
    var blank = LogBuilder.after(first, 0).unsealed();
    var log = new LogBuilder().state(1, 5, 0).segment(0, first.unsealed());
    for (var length : List.of(0, 127, 128, 192, 4096)) {
      var prepared = new LogBuilder().state(1, 5, 0).segment(0, first.unsealed())
          .file("1-0.tmp", Arrays.copyOf(blank, length)).image();
      Opened.goesOnWithout(prepared, Set.of("1-0.tmp"), Outcome.UNCLEAN, 5);
    }
    Opened.goesOn(log.segment(5, blank).image(), Outcome.UNCLEAN, 5);
    var tornStart = blank.clone();
    Arrays.fill(tornStart, 128, 4096, (byte) 0);
    Opened.goesOn(log.segment(5, tornStart).image(), Outcome.UNCLEAN, 5);
  }

  @Test
  @DisplayName("17: a tail of zeros is the end, not corruption, wherever it begins")
  void zeroTailIsTakenForCorruption() {
    var bytes = records(10, 0).unsealed();
    for (var from = StartFrame.DATA_START; from < StartFrame.DATA_START + 10 * FRAME; from += 7) {
      var zeroed = bytes.clone();
      Arrays.fill(zeroed, from, zeroed.length, (byte) 0);
      var end = (from - StartFrame.DATA_START) / FRAME;
      try (var wal = Wal.open(log(0, zeroed).toDirectory(), Opened.ERROR)) {
        var stream = wal.stream(LogBuilder.STREAM);
        assertNotEquals(Outcome.CORRUPT, stream.recovery().outcome());
        assertTrue(stream.nextId() == end || (stream.nextId() == end + 1 && from % FRAME > 32), "from " + from);
        Opened.hasRecords(stream, stream.nextId());
      }
    }
  }

  @Test
  @DisplayName("17: a partial flush is a torn tail above the durable end and corruption below it")
  void partialFlushIsIndistinguishable() {
    var bytes = records(10, 0).unsealed();
    Arrays.fill(bytes, 512, 576, (byte) 0); // of records 8 and 9 alone
    Opened.goesOn(log(8, bytes), Outcome.TORN_TAIL, 8);
    Opened.isDamaged(log(9, bytes), "DAMAGED_FRAME", 8);
  }

  @Test
  @DisplayName("17: a mismatching checksum of a durable record is not the end of the log")
  void mismatchIsTakenForTheEnd() {
    Opened.isDamaged(log(10, flipped(records(10, 10).unsealed(), StartFrame.DATA_START + 9 * FRAME + 35)),
        "DAMAGED_FRAME", 9);
  }

  @Test
  @DisplayName("17: a kill at any byte of a write leaves a log that opens")
  void killLeavesALogThatDoesNotOpen() {
    var bytes = records(3, 2).unsealed();
    for (var length = StartFrame.DATA_START + 2 * FRAME; length <= StartFrame.DATA_START + 3 * FRAME; length++) {
      var killed = Arrays.copyOf(Arrays.copyOf(bytes, length), LogBuilder.RESERVED);
      try (var wal = Wal.open(log(2, killed).toDirectory(), Opened.ERROR)) {
        Opened.hasRecords(wal.stream(LogBuilder.STREAM), 2);
      }
    }
  }

  @Test
  @DisplayName("17: a header of zeros fails at once and says so")
  void zeroHeader() {
    var refused = Opened.isDamaged(log(0, new byte[LogBuilder.RESERVED]), "DAMAGED_HEADER", 0);
    assertTrue(refused.toString().contains(FIRST) && refused.toString().contains("the segment header is damaged"),
        refused.toString());
  }

  @Test
  @DisplayName("18: a bad segment deletes none behind it, and what is set aside stays as it was")
  void repairDeletesGoodData() {
    var first = records(5, 0);
    var second = LogBuilder.fill(LogBuilder.after(first, 5), 5, 5);
    var third = LogBuilder.fill(LogBuilder.after(second, 10), 5, 5);
    var image = new LogBuilder().state(1, 5, 0).segment(0, first.unsealed())
        .segment(5, flipped(second.unsealed(), 40)).segment(10, third.unsealed()).image();
    Opened.isDamaged(image, "DAMAGED_HEADER", 5);
    var directory = image.toDirectory();
    for (var i = 0; i < 3; i++) {
      try (var wal = Wal.open(directory, Opened.TRUNCATE)) {
        assertEquals(5 + i, wal.stream(LogBuilder.STREAM).append(new byte[1]));
      }
    }
    var after = LogImage.of(directory);
    for (var id : List.of(5L, 10L)) {
      var path = LogBuilder.PREFIX + Names.segment(id);
      assertArrayEquals(image.get(path), after.get(path + ".2.cut"), after.files().keySet().toString());
    }
  }

  @Test
  @DisplayName("18: a full disk at opening deletes nothing")
  void fullDiskDeletesAlmostEverything() {
    var image = log(5, records(5, 5).unsealed());
    var directory = image.toDirectory();
    directory.setCapacity(0);
    try (var wal = Wal.open(directory, Opened.ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      Opened.hasRecords(stream, 5);
      assertThrows(StorageFullException.class, () -> stream.append(new byte[1]));
      Opened.hasRecords(stream, 5);
    }
    assertArrayEquals(image.get(FIRST), Arrays.copyOf(LogImage.of(directory).get(FIRST), LogBuilder.RESERVED));
    directory.setCapacity(Long.MAX_VALUE);
    try (var wal = Wal.open(directory, Opened.ERROR)) {
      Opened.hasRecords(wal.stream(LogBuilder.STREAM), 5);
    }
  }

  @Test
  @DisplayName("19: a crash during recovery does not look like a clean shutdown afterwards")
  void crashDuringRecoveryLooksClean() {
    var torn = records(5, 3).raw(new byte[]{1, 2, 3}).unsealed();
    var image = log(3, torn);
    for (var open = 0; open < 3; open++) {
      var directory = image.toDirectory();
      try (var wal = Wal.open(directory, Opened.ERROR)) {
        assertEquals(Outcome.TORN_TAIL, wal.stream(LogBuilder.STREAM).recovery().outcome());
        Opened.hasRecords(wal.stream(LogBuilder.STREAM), 5);
        image = LogImage.of(directory); // killed before anything was appended
      }
    }
    var damaged = log(5, flipped(torn, StartFrame.DATA_START + 35));
    for (var open = 0; open < 3; open++) {
      var directory = damaged.toDirectory();
      try (var wal = Wal.open(directory, Opened.ERROR)) {
        assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM));
      }
      damaged = LogImage.of(directory); // closed in order
    }
  }

  @Test
  @DisplayName("19: a damaged record is not \"not found\"")
  void notFoundForACorruptRecord() {
    var image = log(5, flipped(records(5, 5).sealed(), StartFrame.DATA_START + 2 * FRAME + 33));
    try (var wal = Wal.open(image.toDirectory(), Opened.ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertThrows(CorruptionException.class, () -> stream.get(2));
      assertArrayEquals(LogBuilder.payload(3), stream.get(3).orElseThrow());
      isNotSilent(stream);
    }
  }

  private static void isNotSilent(LogStream stream) {
    try (var cursor = stream.read(0)) {
      assertTrue(cursor.next());
      assertTrue(cursor.next());
      assertThrows(CorruptionException.class, cursor::next);
      assertThrows(CorruptionException.class, cursor::next);
    }
  }

  @Test
  @DisplayName("19: validation that came later does not break existing logs: those of version 1 are read and written on")
  @SuppressWarnings("JUnitMethodInvoked") // the same check, found under both names
  void newValidationBreaksExistingLogs() throws java.io.IOException {
    new GoldenFilesTest().canBeWrittenOn();
  }
}
