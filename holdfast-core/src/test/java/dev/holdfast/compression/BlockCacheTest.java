package dev.holdfast.compression;

import static dev.holdfast.compression.Texts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is kept decompressed: seen by how often something is decompressed. */
class BlockCacheTest {
  private static final int RECORD = 4000;

  private final MemoryDirectory directory = new MemoryDirectory();
  private final Counting counting = new Counting();

  /** Counts. */
  private static final class Counting implements Compressor {
    private final TinyLz4 lz4 = new TinyLz4();
    private final AtomicInteger decompressed = new AtomicInteger();

    @Override
    public Compression format() {
      return lz4.format();
    }

    @Override
    public int maxCompressedLength(int length) {
      return lz4.maxCompressedLength(length);
    }

    @Override
    public void compress(ByteBuffer source, ByteBuffer target) {
      lz4.compress(source, target);
    }

    @Override
    public void decompress(ByteBuffer source, ByteBuffer target) throws DataFormatException {
      decompressed.incrementAndGet();
      lz4.decompress(source, target);
    }

    int sinceLast() {
      return decompressed.getAndSet(0);
    }
  }

  private WalOptions options(long cache) {
    return WalOptions.builder().compressor(counting).compression(Compression.LZ4).blockCacheSize(cache)
        .maxSegmentSize(1 << 20).build();
  }

  @Test
  @DisplayName("a frame read by id is decompressed once, all records of a batch with it; with 0 bytes, every time")
  void once() {
    var batch = IntStream.range(0, 50).mapToObj(i -> text(100, i)).toList();
    for (var cache : new long[]{1 << 20, 0}) {
      var fresh = new MemoryDirectory();
      try (var wal = Wal.open(fresh, options(cache))) {
        var stream = wal.stream("s");
        stream.append(text(RECORD, 1));
        stream.appendBatch(batch);
        counting.sinceLast();
        for (var i = 0; i < 10; i++) {
          assertArrayEquals(text(RECORD, 1), stream.get(0).orElseThrow());
          for (var id = 1; id <= 50; id++) {
            assertArrayEquals(batch.get(id - 1), stream.get(id).orElseThrow());
          }
        }
        assertEquals(cache == 0 ? 510 : 2, counting.sinceLast());
      }
    }
  }

  @Test
  @DisplayName("cursors take what is kept and add nothing")
  void cursors() {
    try (var wal = Wal.open(directory, options(1 << 20))) {
      var stream = wal.stream("s");
      for (var i = 0; i < 20; i++) {
        stream.append(text(RECORD, i));
      }
      for (var id = 0; id < 10; id++) {
        stream.get(id);
      }
      counting.sinceLast();
      assertEquals(20, Texts.all(stream).size());
      assertEquals(10, counting.sinceLast());
      assertEquals(20, Texts.all(stream).size());
      assertEquals(10, counting.sinceLast());
    }
  }

  @Test
  @DisplayName("no more is kept than the bytes given; what is read again and again stays while others pass through")
  void bounded() {
    try (var wal = Wal.open(directory, options(20L * RECORD))) {
      var stream = wal.stream("s");
      for (var i = 0; i < 200; i++) {
        stream.append(text(RECORD, i));
      }
      stream.get(0);
      stream.get(0);
      stream.get(1);
      stream.get(1);
      for (var id = 2; id < 200; id++) {
        stream.get(id);
      }
      counting.sinceLast();
      stream.get(0);
      stream.get(1);
      assertEquals(0, counting.sinceLast());
      for (var id = 2; id < 200; id++) {
        stream.get(id);
      }
      assertTrue(counting.sinceLast() >= 198 - 18, "more is kept than fits");
    }
  }

  @Test
  @DisplayName("after truncateFrom, other records at the same ids and offsets are what is read")
  void truncatedFromTheBack() {
    try (var wal = Wal.open(directory, options(1 << 20))) {
      var stream = wal.stream("s");
      for (var history = 0; history < 5; history++) {
        for (var i = 0; i < 20; i++) {
          stream.append(text(RECORD, 1000 * history + i));
        }
        for (var id = 0; id < 20; id++) {
          assertArrayEquals(text(RECORD, 1000 * history + id), stream.get(id).orElseThrow());
        }
        stream.truncateFrom(10);
        assertTrue(stream.get(10).isEmpty());
        counting.sinceLast();
        assertArrayEquals(text(RECORD, 1000 * history + 9), stream.get(9).orElseThrow());
        assertEquals(0, counting.sinceLast(), "what was kept of the history that goes on is given up");
        stream.truncateFrom(0);
      }
    }
  }

  @Test
  @DisplayName("the same name after deleteStream has other records; truncateBefore hides what was kept")
  void deletedAndTruncatedFromTheFront() {
    try (var wal = Wal.open(directory, options(1 << 20).toBuilder().maxRecordsPerSegment(5).build())) {
      for (var life = 0; life < 3; life++) {
        var stream = wal.stream("s");
        for (var i = 0; i < 20; i++) {
          stream.append(text(RECORD, 100 * life + i));
          assertArrayEquals(text(RECORD, 100 * life + i), stream.get(i).orElseThrow());
        }
        stream.truncateBefore(10);
        assertTrue(stream.get(9).isEmpty());
        counting.sinceLast();
        assertArrayEquals(text(RECORD, 100 * life + 10), stream.get(10).orElseThrow());
        assertEquals(0, counting.sinceLast());
        wal.deleteStream("s");
        assertThrows(dev.holdfast.StreamNotFoundException.class, () -> stream.get(10));
      }
    }
  }

  @Test
  @DisplayName("many threads read, each gets what it asked for, with a cache that keeps little and truncations meanwhile")
  void manyThreads() throws Exception {
    try (var wal = Wal.open(directory, options(10L * RECORD));
        var threads = Executors.newFixedThreadPool(4, Thread.ofPlatform().name("reader-", 0).factory())) {
      var stream = wal.stream("s");
      for (var i = 0; i < 60; i++) {
        stream.append(text(RECORD, i));
      }
      var readers = new ArrayList<Future<Integer>>();
      for (var t = 0; t < 4; t++) {
        var random = new SplittableRandom(t);
        readers.add(threads.submit((Callable<Integer>) () -> {
          var read = 0;
          for (var i = 0; i < 3000; i++) {
            var id = random.nextInt(60);
            var record = stream.get(id);
            if (record.isPresent()) {
              assertArrayEquals(text(RECORD, id), record.get());
              read++;
            }
          }
          return read;
        }));
      }
      for (var i = 0; i < 20; i++) {
        stream.truncateFrom(30);
        for (var id = 30; id < 60; id++) {
          stream.append(text(RECORD, id));
        }
      }
      for (var reader : readers) {
        assertTrue(reader.get() > 0);
      }
      assertEquals(List.of(1), Texts.codecs(directory).stream().distinct().toList());
    }
  }
}
