package dev.holdfast.compression;

import static dev.holdfast.compression.Texts.all;
import static dev.holdfast.compression.Texts.codecs;
import static dev.holdfast.compression.Texts.noise;
import static dev.holdfast.compression.Texts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Compression;
import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.StreamOptions;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is appended to a log that compresses comes back, and is compressed where that pays. */
class CompressedLogTest {
  private static final int THRESHOLD = 256;
  private static final WalOptions LZ4 = WalOptions.builder().compressor(new TinyLz4()).compression(Compression.LZ4)
      .minCompressionSize(THRESHOLD).maxSegmentSize(16_384).readBufferSize(4096).build();
  private static final WalOptions PLAIN = LZ4.toBuilder().compression(Compression.NONE).build();

  private final Directory directory = new MemoryDirectory();

  private static void holds(LogStream stream, List<byte[]> records) {
    var read = all(stream);
    assertEquals(records.size(), read.size());
    for (var id = 0; id < records.size(); id++) {
      assertArrayEquals(records.get(id), read.get(id), "record " + id);
      assertArrayEquals(records.get(id), stream.get(id).orElseThrow(), "record " + id);
    }
  }

  @Test
  @DisplayName("records of every size around the threshold come back; those from it up are compressed")
  void sizesAroundTheThreshold() {
    var records = new ArrayList<byte[]>();
    for (var size = 0; size < 2 * THRESHOLD; size++) {
      records.add(text(size, size));
    }
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      records.forEach(stream::append);
      holds(stream, records);
      var codecs = codecs(directory);
      for (var size = 0; size < THRESHOLD; size++) {
        assertEquals(0, codecs.get(size), size + " bytes");
      }
      assertEquals(Set.of(1), Set.copyOf(codecs.subList(THRESHOLD, codecs.size())));
    }
    try (var wal = Wal.open(directory, LZ4)) {
      holds(wal.stream("s"), records);
    }
  }

  @Test
  @DisplayName("what does not become smaller is stored as it is")
  void incompressible() {
    var records = IntStream.range(0, 40).mapToObj(i -> noise(THRESHOLD + 7 * i, i)).toList();
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      records.forEach(stream::append);
      stream.appendBatch(records);
      assertEquals(Collections.nCopies(41, 0), codecs(directory));
      var twice = new ArrayList<>(records);
      twice.addAll(records);
      holds(stream, twice);
    }
  }

  @Test
  @DisplayName("a batch is compressed as a whole, also if each of its records is small, and stays one frame")
  void batches() {
    var batch = IntStream.range(0, 300).mapToObj(i -> text(i % 50, i % 7)).toList();
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      assertEquals(new IdRange(0, 300), stream.appendBatch(batch));
      try (var txn = stream.txn()) {
        batch.forEach(txn::add);
        assertEquals(new IdRange(300, 600), txn.commit());
      }
      assertEquals(new IdRange(600, 900), stream.appendBatchAsync(batch).join());
      assertEquals(List.of(1, 1, 1), codecs(directory));
      var records = new ArrayList<>(batch);
      records.addAll(batch);
      records.addAll(batch);
      holds(stream, records);
      assertArrayEquals(batch.get(123), stream.getAll(7, 423, 5).get(1).orElseThrow());
    }
  }

  @Test
  @DisplayName("a batch of nothing but empty records compresses to less than 4 bytes a record")
  void batchOfEmptyRecords() {
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      stream.appendBatch(Collections.nCopies(5000, new byte[0]));
      assertEquals(List.of(1), codecs(directory));
      assertEquals(0, stream.get(4999).orElseThrow().length);
    }
    try (var wal = Wal.open(directory, LZ4)) {
      assertEquals(5000, all(wal.stream("s")).size());
    }
  }

  @Test
  @DisplayName("every way of appending compresses, every way of reading decompresses")
  void everyWay() {
    var record = text(3000, 1);
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      stream.append(record);
      stream.append(text(5000, 1), 0, 3000);
      stream.append(ByteBuffer.wrap(record));
      stream.append(ByteBuffer.allocateDirect(3000).put(record).flip());
      assertEquals(4, stream.appendAsync(record).join());
      assertEquals(5, stream.appendAsync(ByteBuffer.wrap(record)).join());
      assertEquals(Collections.nCopies(6, 1), codecs(directory));
      for (var id = 0; id < 6; id++) {
        var expected = id;
        assertTrue(stream.get(id, (visited, payload) -> {
          assertEquals(expected, visited);
          assertEquals(ByteBuffer.wrap(record), payload);
          assertTrue(payload.isReadOnly());
        }));
      }
      try (var records = stream.records(0)) {
        assertEquals(6, records.filter(one -> one.length() == 3000).count());
      }
      assertEquals(18_000, stream.stats().appendedBytes());
    }
  }

  @Test
  @DisplayName("a log may be opened with another compression each time; what was written is read whatever it is")
  void mixedLogs() {
    var records = new ArrayList<byte[]>();
    for (var round = 0; round < 6; round++) {
      try (var wal = Wal.open(directory, round % 2 == 0 ? LZ4 : PLAIN)) {
        var stream = wal.stream("s");
        holds(stream, records);
        for (var i = 0; i < 20; i++) {
          records.add(i % 3 == 0 ? noise(400, i) : text(40 * i, 100 * round + i));
          stream.append(records.getLast());
        }
        holds(stream, records);
      }
    }
    assertEquals(Set.of(0, 1), Set.copyOf(codecs(directory)));
    try (var wal = Wal.openReadOnly(directory, PLAIN)) {
      holds(wal.stream("s"), records);
    }
    try (var wal = Wal.openReadOnly(directory, PLAIN.toBuilder().blockCacheSize(0).build())) {
      holds(wal.stream("s"), records);
    }
  }

  @Test
  @DisplayName("a stream may be compressed otherwise than its log")
  void perStream() {
    try (var wal = Wal.open(directory, PLAIN)) {
      wal.stream("s", StreamOptions.none().withCompression(Compression.LZ4)).append(text(1000, 1));
      assertEquals(List.of(1), codecs(directory));
      assertArrayEquals(text(1000, 1), wal.stream("s", StreamOptions.none().withCompression(Compression.LZ4)).get(0)
          .orElseThrow());
    }
  }

  @Test
  @DisplayName("a tailing cursor gets compressed records as they come, in the middle of batches too")
  void tailing() throws InterruptedException {
    var records = IntStream.range(0, 60).mapToObj(i -> text(50 * i, i)).toList();
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      stream.appendBatch(records.subList(0, 10));
      var writer = Thread.ofPlatform().name("writer").start(() -> {
        for (var i = 10; i < 60; i += 5) {
          stream.append(records.get(i));
          stream.appendBatch(records.subList(i + 1, i + 5));
        }
      });
      try (var tail = stream.tail(3)) {
        for (var id = 3; id < 60; id++) {
          assertTrue(tail.next(Duration.ofSeconds(20)));
          assertEquals(id, tail.id());
          assertEquals(records.get(id).length, tail.length());
          assertEquals(ByteBuffer.wrap(records.get(id)), tail.payload());
        }
        assertFalse(tail.next());
      }
      writer.join();
    }
  }

  @Test
  @DisplayName("a record of the largest size is compressed; one byte more is refused, however small it would become")
  void limitsAreThoseOfWhatIsAppended() {
    var options = LZ4.toBuilder().maxRecordSize(100_000).maxBatchSize(200_000).build();
    try (var wal = Wal.open(directory, options)) {
      var stream = wal.stream("s");
      stream.append(new byte[100_000]);
      stream.appendBatch(List.of(new byte[99_996], new byte[99_996]));
      assertThrows(dev.holdfast.RecordTooLargeException.class, () -> stream.append(new byte[100_001]));
      assertThrows(dev.holdfast.RecordTooLargeException.class,
          () -> stream.appendBatch(List.of(new byte[99_996], new byte[99_997])));
      assertEquals(List.of(1, 1), codecs(directory));
      holds(stream, List.of(new byte[100_000], new byte[99_996], new byte[99_996]));
    }
    try (var wal = Wal.open(directory, LZ4.toBuilder().maxRecordSize(10).maxBatchSize(10).build())) {
      holds(wal.stream("s"), List.of(new byte[100_000], new byte[99_996], new byte[99_996]));
    }
  }

  @Test
  @DisplayName("without what decompresses it a log opens, takes appends and truncations, and says what is missing to read it")
  void withoutACompressor() {
    try (var wal = Wal.open(directory, LZ4)) {
      var stream = wal.stream("s");
      stream.append(text(1000, 1));
      stream.append(text(10, 2));
      stream.appendBatch(List.of(text(1000, 3), text(1000, 4)));
    }
    var nothing = WalOptions.defaults();
    try (var wal = Wal.open(directory, nothing)) {
      var stream = wal.stream("s");
      assertArrayEquals(text(10, 2), stream.get(1).orElseThrow());
      for (var id : new long[]{0, 2, 3}) {
        var error = assertThrows(UnsupportedFormatException.class, () -> stream.get(id));
        assertTrue(error.toString().contains("holdfast-compression-lz4"), error.toString());
        assertTrue(error.toString().contains("00000000000000000000.seg"), error.toString());
      }
      try (var cursor = stream.read(0)) {
        assertThrows(UnsupportedFormatException.class, cursor::next);
        assertThrows(UnsupportedFormatException.class, cursor::next);
      }
      assertEquals(4, stream.append(text(1000, 5)));
      assertEquals(new IdRange(3, 5), stream.truncateFrom(3));
      assertEquals(3, stream.segments().getLast().ids().end());
    }
    try (var wal = Wal.open(directory, LZ4)) {
      holds(wal.stream("s"), List.of(text(1000, 1), text(10, 2), text(1000, 3)));
    }
  }

  @Test
  @DisplayName("options are refused that ask for what there is not")
  void options() {
    var refused = assertThrows(IllegalArgumentException.class,
        () -> WalOptions.builder().compression(Compression.ZSTD).build());
    assertTrue(refused.toString().contains("holdfast-compression-zstd"), refused.toString());
    assertThrows(IllegalArgumentException.class, () -> WalOptions.builder().minCompressionSize(0));
    assertThrows(IllegalArgumentException.class, () -> WalOptions.builder().minCompressionSize((1 << 30) + 1));
    assertThrows(IllegalArgumentException.class, () -> WalOptions.builder().blockCacheSize(-1));
    assertThrows(IllegalArgumentException.class, () -> WalOptions.builder().blockCacheSize((1L << 40) + 1));
    var defaults = WalOptions.defaults();
    assertEquals(Compression.NONE, defaults.compression());
    assertEquals(1024, defaults.minCompressionSize());
    assertEquals(32 << 20, defaults.blockCacheSize());
    assertTrue(defaults.compressor(Compression.LZ4).isEmpty());
    assertEquals(Compression.LZ4, LZ4.toBuilder().build().compression());
    assertThrows(IllegalArgumentException.class,
        () -> Wal.open(directory, WalOptions.defaults()).stream("s",
            StreamOptions.none().withCompression(Compression.ZSTD)));
  }
}
