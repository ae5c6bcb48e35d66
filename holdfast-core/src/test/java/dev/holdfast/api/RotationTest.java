package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.IdRange;
import dev.holdfast.SegmentInfo;
import dev.holdfast.StreamOptions;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rotation (A5), preallocation (C6), ids across segments (C3), what the writer is at (C4, A17). */
class RotationTest extends BackendTest {

  @Test
  void segmentsStayWithinTheirSize() throws IOException {
    try (var wal = open(smallSegments())) {
      var stream = wal.stream("s");
      for (var i = 0; i < 200; i++) {
        stream.append(new byte[300]);
      }
      var segments = stream.segments();
      assertTrue(segments.size() > 15, () -> "about ten records fit into one: " + segments);
      for (var segment : segments) {
        assertTrue(segment.sizeBytes() <= 4096, segment::toString);
      }
      assertTrue(segments.getFirst().ids().count() >= 10, () -> "" + segments);
      assertEquals(200, segments.stream().mapToLong(s -> s.ids().count()).sum());
    }
  }

  @Test
  void recordsStagedTogetherLeaveRoomForTheSealOfTheirSegment() throws IOException {
    var size = 1 << 16;
    var random = new Random(5);
    try (var wal = open(WalOptions.builder().maxSegmentSize(size))) {
      var stream = wal.stream("s");
      var last = CompletableFuture.completedFuture(0L);
      for (var i = 0; i < 30_000; i++) { // while one group is written many others are staged
        last = stream.appendAsync(new byte[random.nextInt(60)]);
      }
      assertEquals(29_999, last.join());
    }
    try (var wal = open(WalOptions.builder().maxSegmentSize(size))) {
      var segments = wal.stream("s").segments();
      assertTrue(segments.size() > 20, () -> "" + segments.size());
      for (var segment : segments) {
        assertTrue(segment.sizeBytes() <= size, () -> "more than was reserved: " + segment);
      }
      var full = segments.subList(0, segments.size() - 1).stream().mapToLong(SegmentInfo::dataBytes).min()
          .orElseThrow();
      assertTrue(full > size - 1024, () -> "much of a segment stays empty: " + full);
    }
  }

  @Test
  void segmentsHaveAsManyRecordsAsAllowed() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 35);
      assertEquals(List.of(10L, 10L, 10L, 5L), counts(stream.segments()));
    }
  }

  @Test
  void aBatchIsNotSplitByTheRecordLimit() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 4);
      stream.appendBatch(Logs.batch(4, 11));
      stream.appendBatch(Logs.batch(11, 36));
      stream.append(bytes("r36"));
      assertEquals(List.of(4L, 7L, 25L, 1L), counts(stream.segments()));
      assertEquals(Logs.names(0, 37), Logs.read(stream, 0));
    }
  }

  @Test
  void limitsHoldAcrossReopening() throws IOException {
    for (var round = 0; round < 12; round++) {
      try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
        var stream = wal.stream("s");
        Logs.append(stream, 15L * round, 15L * round + 15);
        assertTrue(counts(stream.segments()).stream().allMatch(n -> n <= 10), () -> "" + stream.segments());
        assertEquals(Logs.names(0, 15L * round + 15), Logs.read(stream, 0));
      }
    }
  }

  @Test
  void aStreamMayHaveLimitsOfItsOwn() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s", StreamOptions.none().withMaxRecordsPerSegment(3).withMaxSegmentSize(4096));
      Logs.append(stream, 0, 9);
      Logs.append(wal.stream("t"), 0, 9);
      assertEquals(List.of(3L, 3L, 3L), counts(stream.segments()));
      assertEquals(List.of(9L), counts(wal.stream("t").segments()));
    }
  }

  private static List<Long> counts(List<SegmentInfo> segments) {
    return segments.stream().map(segment -> segment.ids().count()).toList();
  }

  @Test
  void idsGoOnAcrossSegmentsWithoutHolesOrRepeats() throws IOException {
    try (var wal = open(smallSegments().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 2000);
      assertEquals(Logs.names(0, 2000), Logs.read(wal.stream("s"), 0));
      assertChained(wal.stream("s").segments(), 2000);
    }
    try (var wal = open(smallSegments())) {
      assertEquals(2000, wal.stream("s").append(bytes("r2000")));
      assertEquals(Logs.names(0, 2001), Logs.read(wal.stream("s"), 0));
      assertChained(wal.stream("s").segments(), 2001);
    }
  }

  private static void assertChained(List<SegmentInfo> segments, long end) {
    var next = 0L;
    for (var segment : segments) {
      assertEquals(next, segment.ids().start());
      assertEquals(String.format(Locale.ROOT, "%020d.seg", next), segment.file());
      next = segment.ids().end();
    }
    assertEquals(end, next);
  }

  @Test
  void theSegmentListTellsWhichOneIsWritten() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      var stream = wal.stream("s");
      assertEquals(List.of(), stream.segments());
      Logs.append(stream, 0, 25);
      Logs.await("the full segments are sealed", () -> stream.segments().stream()
          .filter(s -> s.state() == SegmentInfo.State.SEALED).count() == 2);
      var segments = stream.segments();
      assertEquals(SegmentInfo.State.ACTIVE, segments.getLast().state());
      assertEquals(new IdRange(20, 25), segments.getLast().ids());
      assertTrue(segments.stream().allMatch(s -> s.dataBytes() > 0 && s.dataBytes() <= s.sizeBytes()), "" + segments);
      var before = segments.getLast().dataBytes();
      stream.append(bytes("r25"));
      assertEquals(before + 40, stream.segments().getLast().dataBytes(), "32 bytes of header and 8 of payload");
    }
    try (var wal = open()) {
      assertTrue(wal.stream("s").segments().stream().allMatch(s -> s.state() == SegmentInfo.State.SEALED),
          "closing seals");
    }
  }

  // ---- C6

  @Test
  void spaceIsReservedAheadWithinBoundsAndGivenBackAtSealingAndOnClose() throws IOException {
    try (var wal = open(WalOptions.builder().maxSegmentSize(256 * 1024).maxRecordsPerSegment(10))) {
      var stream = wal.stream("s");
      stream.append(bytes("r0"));
      assertEquals(64 * 1024, sizeOf("00000000000000000000.seg"), "a stream starts small");
      Logs.append(stream, 1, 25);
      Logs.await("the full segments are sealed", () -> stream.segments().stream()
          .filter(s -> s.state() == SegmentInfo.State.SEALED).count() == 2);
      assertTrue(sizeOf("00000000000000000000.seg") < 2048, "what was not needed is given back");
      assertEquals(64 * 1024, sizeOf("00000000000000000020.seg"), "ten such records need no more");
    }
    assertTrue(sizeOf("00000000000000000020.seg") < 2048, "closing gives it back too");
    assertEquals(List.of("00000000000000000000.seg", "00000000000000000010.seg", "00000000000000000020.seg", "STATE"),
        root().subdirectory("streams").subdirectory("s").list(), "nothing prepared is left behind");
  }

  @Test
  void withoutPreallocationFilesAreAsLargeAsWhatIsInThem() throws IOException {
    try (var wal = open(WalOptions.builder().preallocate(false).maxSegmentSize(4096))) {
      var stream = wal.stream("s");
      stream.append(bytes("r0"));
      assertTrue(sizeOf("00000000000000000000.seg") < 512);
      Logs.append(stream, 1, 300);
      assertTrue(stream.segments().size() > 2);
      assertTrue(stream.segments().stream().allMatch(s -> s.sizeBytes() <= 4096), "" + stream.segments());
    }
    try (var wal = open(WalOptions.builder())) {
      Logs.append(wal.stream("s"), 300, 310);
      assertEquals(Logs.names(0, 310), Logs.read(wal.stream("s"), 0));
    }
  }

  private long sizeOf(String segment) throws IOException {
    return root().subdirectory("streams").subdirectory("s").read(segment, 1 << 24).length;
  }

  // ---- A17, C4

  @Test
  void statsTellWhatWasDone() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 25);
      stream.appendBatch(Logs.batch(25, 30));
      var stats = stream.stats();
      assertEquals(30, stats.records());
      assertEquals(3, stats.segments());
      assertEquals(30, stats.appendedRecords());
      assertTrue(stats.appendedBytes() >= 80, () -> "" + stats);
      assertEquals(26, stats.writes());
      assertEquals(26, stats.syncs());
      assertEquals(3, stats.rotations());
      assertEquals(stats, wal.stats().streams().get("s"));
      assertTrue(wal.stats().openFiles() > 0);
    }
    try (var wal = open()) {
      var stats = wal.stream("s").stats();
      assertEquals(30, stats.records());
      assertEquals(0, stats.appendedRecords(), "figures are since the stream was opened");
      assertEquals(3, stats.segments());
    }
  }

  @Test
  void theRecoveryReportTellsWhatOpeningFound() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      assertEquals("NEW", wal.stream("s").recovery().outcome().name());
      Logs.append(wal.stream("s"), 0, 25);
    }
    try (var wal = open()) {
      assertEquals("{}", wal.recovery().toString(), "no stream has been opened");
      var report = wal.stream("s").recovery();
      assertEquals("CLEAN", report.outcome().name());
      assertEquals("s", report.stream());
      assertEquals(new IdRange(0, 25), report.records());
      assertEquals(25, report.durableEnd());
      assertTrue(report.segmentsScanned() <= 1, () -> "opening does not read history: " + report);
      assertEquals(report, wal.recovery().get("s"));
    }
  }

  @Test
  void theRecoveryReportTellsThatTheProcessDied() throws IOException {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 5);
      try (var again = Wal.open(Logs.afterProcessDeath(watch, root()), WalOptions.defaults())) {
        var report = again.stream("s").recovery();
        assertNotEquals("CLEAN", report.outcome().name());
        assertEquals(new IdRange(0, 5), report.records());
      }
    }
  }
}
