package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.IdRange;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Appending: single records (A1), batches (A2), transactions (A3), limits (C10). */
class AppendTest extends BackendTest {

  // ---- A1

  @Test
  void idsStartAtZeroAndAreConsecutivePerStream() throws IOException {
    try (var wal = open()) {
      for (var i = 0; i < 5; i++) {
        assertEquals(2L * i, wal.stream("a").append(bytes("a" + 2 * i)));
        assertEquals(i, wal.stream("b").append(bytes("b" + i)));
        assertEquals(2L * i + 1, wal.stream("a").append(bytes("a" + (2 * i + 1))));
      }
    }
    try (var wal = open()) {
      assertEquals(IntStream.range(0, 10).mapToObj(i -> "a" + i).toList(), Logs.read(wal.stream("a"), 0));
      assertEquals(IntStream.range(0, 5).mapToObj(i -> "b" + i).toList(), Logs.read(wal.stream("b"), 0));
      assertEquals(10, wal.stream("a").append(bytes("next")));
      assertEquals(5, wal.stream("b").append(bytes("next")));
    }
  }

  @Test
  void anEmptyRecordIsARecord() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      assertEquals(0, stream.append(new byte[0]));
      assertEquals(1, stream.append(bytes("x")));
      assertEquals(new IdRange(2, 4), stream.appendBatch(List.of(new byte[0], new byte[0])));
    }
    try (var wal = open()) {
      assertEquals(List.of("", "x", "", ""), Logs.read(wal.stream("s"), 0));
      assertEquals("", text(wal.stream("s").get(3).orElseThrow()));
    }
  }

  @Test
  void partsOfArraysAndBuffersOfEveryKindKeepExactlyTheirBytes() throws IOException {
    var source = bytes("0123456789");
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(source, 2, 3);
      var heap = ByteBuffer.wrap(source, 4, 4).slice().position(1);
      stream.append(heap);
      assertEquals(heap.limit(), heap.position(), "the position is moved to the limit");
      var direct = ByteBuffer.allocateDirect(10).put(source).flip().position(7);
      stream.append(direct);
      assertEquals(10, direct.position());
      var readOnly = ByteBuffer.wrap(source).asReadOnlyBuffer().limit(2);
      stream.append(readOnly);
      assertEquals(2, readOnly.position());
      assertEquals(4, stream.appendAsync(source, 8, 2).join());
      var later = ByteBuffer.allocateDirect(10).put(source).flip().limit(1);
      assertEquals(5, stream.appendAsync(later).join());
      assertEquals(1, later.position());
      assertEquals(List.of("234", "567", "789", "01", "89", "0"), Logs.read(stream, 0));
    }
  }

  @Test
  void aRecordOfAnySizeUpToTheLimitIsKept() throws IOException {
    var sizes = List.of(1, 7, 8, 9, 31, 32, 33, 4096, 65_535, 65_536, 300_000, 1 << 20);
    try (var wal = open(WalOptions.builder().maxRecordSize(1 << 20).maxSegmentSize(128 * 1024))) {
      sizes.forEach(size -> wal.stream("s").append(filled(size)));
    }
    try (var wal = open()) {
      for (var i = 0; i < sizes.size(); i++) {
        assertArrayEquals(filled(sizes.get(i)), wal.stream("s").get(i).orElseThrow(), "size " + sizes.get(i));
      }
    }
  }

  private static byte[] filled(int size) {
    var bytes = new byte[size];
    for (var i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + size);
    }
    return bytes;
  }

  // ---- A2

  @Test
  void anEmptyBatchIsAnEmptyRangeAtTheNextIdAndWritesNothing() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      assertEquals(new IdRange(0, 0), stream.appendBatch(List.of()));
      assertFalse(wal.hasStream("s"), "an empty batch does not even create the stream");
      stream.append(bytes("x"));
      watch.clear();
      assertEquals(new IdRange(1, 1), stream.appendBatch(List.of()));
      assertEquals(new IdRange(1, 1), stream.appendBatchAsync(List.of()).join());
      assertEquals(0, watch.writes());
      assertEquals(1, stream.nextId());
    }
  }

  @Test
  void aBatchOfOneIsARangeOfOne() throws IOException {
    try (var wal = open()) {
      assertEquals(new IdRange(0, 1), wal.stream("s").appendBatch(List.of(bytes("only"))));
      assertEquals("only", text(wal.stream("s").get(0).orElseThrow()));
    }
  }

  @Test
  void aBatchIsVisibleAsAWholeOrNotAtAll() throws Exception {
    try (var wal = open(smallSegments())) {
      var stream = wal.stream("s");
      var reader = Thread.ofPlatform().name("reader").start(() -> {
        while (stream.nextId() < 700) {
          assertEquals(0, stream.nextId() % 7, "half a batch is visible");
        }
      });
      for (var i = 0; i < 100; i++) {
        stream.appendBatch(Logs.batch(7L * i, 7L * i + 7));
      }
      reader.join();
      assertEquals(Logs.names(0, 700), Logs.read(stream, 0));
    }
  }

  @Test
  void aBatchThatDoesNotFitTheActiveSegmentBeginsANewOne() throws IOException {
    try (var wal = open(smallSegments())) {
      var stream = wal.stream("s");
      stream.append(new byte[1500]);
      stream.appendBatch(List.of(new byte[1000], new byte[1000], new byte[1000]));
      var segments = stream.segments();
      assertEquals(List.of(new IdRange(0, 1), new IdRange(1, 4)), segments.stream().map(s -> s.ids()).toList());
    }
  }

  @Test
  void aBatchLargerThanASegmentGetsASegmentOfItsOwn() throws IOException {
    var large = IntStream.range(0, 100).mapToObj(i -> filled(1000 + i)).toList();
    try (var wal = open(smallSegments())) {
      var stream = wal.stream("s");
      stream.append(bytes("before"));
      assertEquals(new IdRange(1, 101), stream.appendBatch(large));
      stream.append(bytes("after"));
      assertTrue(stream.segments().stream().anyMatch(s -> s.ids().start() == 1 && s.ids().end() >= 101),
          () -> "the batch begins a segment and is in no other: " + stream.segments());
    }
    try (var wal = open(smallSegments())) {
      for (var i = 0; i < 100; i++) {
        assertArrayEquals(large.get(i), wal.stream("s").get(1 + i).orElseThrow());
      }
      assertEquals("after", text(wal.stream("s").get(101).orElseThrow()));
    }
  }

  // ---- A3

  @Test
  void aTransactionIsOneBatch() throws IOException {
    try (var wal = open(); var txn = wal.stream("s").txn()) {
      txn.add(bytes("a"));
      txn.add(ByteBuffer.wrap(bytes("xbx"), 1, 1));
      assertEquals(2, txn.size());
      assertEquals(0, wal.stream("s").nextId(), "nothing is written before the commit");
      assertEquals(new IdRange(0, 2), txn.commit());
      assertEquals(List.of("a", "b"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void aTransactionKeepsCopies() throws IOException {
    try (var wal = open(); var txn = wal.stream("s").txn()) {
      var reused = bytes("a");
      txn.add(reused);
      reused[0] = 'b';
      txn.add(reused);
      txn.commit();
      assertEquals(List.of("a", "b"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void anUnusedTransactionDoesNothing() throws IOException {
    try (var wal = open()) {
      wal.stream("s").append(bytes("x"));
      watch.clear();
      try (var txn = wal.stream("s").txn()) {
        assertEquals(0, txn.size());
        assertEquals(new IdRange(1, 1), txn.commit());
      }
      assertEquals(0, watch.writes());
    }
  }

  @Test
  void anAbandonedTransactionWritesNothing() throws IOException {
    try (var wal = open()) {
      wal.stream("s").append(bytes("x"));
      watch.clear();
      try (var txn = wal.stream("s").txn()) {
        txn.add(bytes("lost"));
      }
      assertEquals(0, watch.writes());
      assertEquals(1, wal.stream("s").nextId());
    }
    try (var wal = open()) {
      assertEquals(List.of("x"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void aTransactionIsCommittedOnce() throws IOException {
    try (var wal = open()) {
      var txn = wal.stream("s").txn();
      txn.add(bytes("a"));
      txn.commit();
      assertThrows(IllegalStateException.class, txn::commit);
      assertThrows(IllegalStateException.class, () -> txn.add(bytes("b")));
      txn.close();
      txn.close();
      assertThrows(IllegalStateException.class, txn::commit);
      assertEquals(List.of("a"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void aRecordThatATransactionRefusesLeavesTheOthers() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordSize(10).maxBatchSize(30));
        var txn = wal.stream("s").txn()) {
      txn.add(bytes("0123456789"));
      assertThrows(RecordTooLargeException.class, () -> txn.add(new byte[11]));
      assertThrows(RecordTooLargeException.class, () -> txn.add(ByteBuffer.allocate(11)));
      txn.add(bytes("0123456789"));
      assertThrows(RecordTooLargeException.class, () -> txn.add(new byte[0]), "28 + 4 bytes are over the limit of 30");
      assertEquals(new IdRange(0, 2), txn.commit());
      assertEquals(List.of("0123456789", "0123456789"), Logs.read(wal.stream("s"), 0));
    }
  }

  // ---- C10

  @Test
  void whatIsOverALimitIsRefusedBeforeAByteIsWritten() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordSize(100).maxBatchSize(200))) {
      var stream = wal.stream("s");
      stream.append(bytes("x"));
      watch.clear();
      var before = Logs.contentOf(root());
      var tooLong = new byte[101];
      var many = List.of(new byte[97], new byte[96]);
      var message = Logs.message(assertThrows(RecordTooLargeException.class, () -> stream.append(tooLong)));
      assertTrue(message.contains("101") && message.contains("100") && message.contains("maxRecordSize"), message);
      assertThrows(RecordTooLargeException.class, () -> stream.append(new byte[500], 3, 101));
      assertThrows(RecordTooLargeException.class, () -> stream.append(ByteBuffer.allocate(101)));
      assertThrows(RecordTooLargeException.class, () -> stream.appendBatch(List.of(bytes("ok"), tooLong)));
      message = Logs.message(assertThrows(RecordTooLargeException.class, () -> stream.appendBatch(many)));
      assertTrue(message.contains("201") && message.contains("200") && message.contains("maxBatchSize"), message);
      var later = List.of(stream.appendAsync(tooLong), stream.appendAsync(ByteBuffer.wrap(tooLong)),
          stream.appendBatchAsync(many));
      for (var future : later) {
        assertTrue(future.exceptionNow() instanceof RecordTooLargeException, () -> "" + future);
      }
      assertEquals(0, watch.writes());
      assertEquals(before, Logs.contentOf(root()));
      assertEquals(1, stream.append(bytes("next")));
    }
  }

  @Test
  void exactlyTheLimitIsAccepted() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordSize(100).maxBatchSize(200))) {
      var stream = wal.stream("s");
      assertEquals(0, stream.append(new byte[100]));
      assertEquals(new IdRange(1, 3), stream.appendBatch(List.of(new byte[96], new byte[96])));
      assertEquals(3, stream.append(new byte[500], 200, 100));
    }
  }

  @Test
  void aSmallerLimitAtReopeningHidesNothing() throws IOException {
    try (var wal = open()) {
      wal.stream("s").append(new byte[100_000]);
      wal.stream("s").appendBatch(List.of(new byte[100_000], new byte[100_000]));
    }
    try (var wal = open(WalOptions.builder().maxRecordSize(10).maxBatchSize(20).maxSegmentSize(4096))) {
      var stream = wal.stream("s");
      assertEquals(3, stream.nextId());
      assertEquals(100_000, stream.get(2).orElseThrow().length);
      assertEquals(3, stream.append(bytes("small")));
      assertEquals(100_000, Logs.read(stream, 0).getFirst().length());
    }
  }

  @Test
  void aLogThatWasOnlyEverOpenForTinyRecordsCanBeOpenedAgain() throws IOException { // its start frames counted as too large
    for (var i = 0; i < 3; i++) {
      try (var wal = open(WalOptions.builder().maxRecordSize(1).maxBatchSize(1))) {
        assertEquals(i, wal.stream("s").append(new byte[]{7}));
      }
    }
  }

  @Test
  void segmentsOfFewRecordsWerePreparedAsLargeAsIfTheyWereToBeFilled() {
    try (var wal = Wal.open(new MemoryDirectory(), WalOptions.builder().maxRecordsPerSegment(5).build())) {
      var stream = wal.stream("few");
      for (var i = 0; i < 60; i++) {
        stream.append(new byte[100]);
      }
      assertEquals(12, stream.segments().size());
      for (var segment : stream.segments()) {
        assertTrue(segment.sizeBytes() <= 1 << 16, segment::toString);
      }
      for (var i = 0; i < 6; i++) {
        stream.append(new byte[1 << 20]); // larger ones than those before
      }
      assertEquals(66, stream.records(0).count());
    }
  }
}
