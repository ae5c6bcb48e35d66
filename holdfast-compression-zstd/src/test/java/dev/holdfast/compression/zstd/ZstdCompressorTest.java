package dev.holdfast.compression.zstd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import dev.holdfast.CorruptionException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.corruption.LogBuilder;
import dev.holdfast.corruption.LogImage;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Zstandard by the library, and logs that use it. */
class ZstdCompressorTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1", "zstd");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.golden.write");
  private static final int MARGIN = 32;
  private static final byte[] RECORD = "the same words again and again, ".repeat(100).getBytes(StandardCharsets.UTF_8);
  private static final Compressor ZSTD = new ZstdCompressor();

  private static byte[] content(int length, int kind) {
    var bytes = new byte[length];
    var random = new SplittableRandom(length);
    for (var i = 0; i < length; i++) {
      bytes[i] = (byte) (kind == 0
          ? 0
          : kind == 1 ? "order ".charAt(random.nextInt(20) == 0 ? 0 : i % 6) : random.nextInt());
    }
    return bytes;
  }

  private static byte[] compressed(Compressor compressor, byte[] plain) {
    var source = ByteBuffer.allocate(plain.length + 2 * MARGIN).put(MARGIN, plain).limit(MARGIN + plain.length)
        .position(MARGIN);
    var target = ByteBuffer.allocate(compressor.maxCompressedLength(plain.length) + MARGIN).position(MARGIN);
    compressor.compress(source, target);
    assertEquals(0, source.remaining());
    return Arrays.copyOfRange(target.array(), MARGIN, target.position());
  }

  /** Decompresses in the middle of other bytes, which must stay as they are. */
  private static byte[] decompressed(byte[] compressed, int length) throws DataFormatException {
    var source = ByteBuffer.allocate(compressed.length + 2 * MARGIN).put(MARGIN, compressed)
        .limit(MARGIN + compressed.length).position(MARGIN);
    var room = new byte[length + 2 * MARGIN];
    Arrays.fill(room, (byte) 0xDD);
    var target = ByteBuffer.wrap(room, MARGIN, length);
    try {
      ZSTD.decompress(source, target);
      assertEquals(0, source.remaining());
      assertEquals(0, target.remaining());
    } finally {
      for (var i = 0; i < MARGIN; i++) {
        assertTrue(room[i] == (byte) 0xDD && room[room.length - 1 - i] == (byte) 0xDD, "wrote outside");
      }
    }
    return Arrays.copyOfRange(room, MARGIN, MARGIN + length);
  }

  @Test
  @DisplayName("content of every length comes back, whatever the level it was compressed with")
  void roundTrips() throws DataFormatException {
    assertEquals(Compression.ZSTD, ZSTD.format());
    for (var level : new int[]{-5, ZstdCompressor.USUAL_LEVEL, 3, 9}) {
      var compressor = new ZstdCompressor(level);
      for (var kind = 0; kind < 3; kind++) {
        for (var length = 0; length < 3000; length += length < 100 ? 1 : 97) {
          var plain = content(length, kind);
          assertArrayEquals(plain, decompressed(compressed(compressor, plain), length));
        }
      }
    }
    var large = content(1 << 22, 1);
    assertArrayEquals(large, decompressed(compressed(ZSTD, large), large.length));
    assertThrows(IllegalArgumentException.class, () -> new ZstdCompressor(23));
  }

  @Test
  @DisplayName("another length than the one it has is refused, and so is nothing")
  void otherLengths() {
    var compressed = compressed(ZSTD, content(1000, 1));
    for (var length : new int[]{0, 1, 999, 1001, 5000}) {
      assertThrows(DataFormatException.class, () -> decompressed(compressed, length));
    }
    assertThrows(DataFormatException.class, () -> decompressed(new byte[0], 10));
  }

  @Test
  @DisplayName("whatever the bytes are, they are refused, or content of just this length; nothing else is touched")
  void hostileBytes() {
    var random = new SplittableRandom(7);
    var compressed = compressed(ZSTD, content(900, 1));
    var refused = 0;
    for (var i = 0; i < 20_000; i++) {
      var changed = compressed.clone();
      if (i % 10 == 0) {
        random.nextBytes(changed);
      }
      for (var changes = random.nextInt(4); changes >= 0; changes--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        assertEquals(900, decompressed(changed, 900).length);
      } catch (DataFormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 5000, refused + " refused");
  }

  @Test
  @DisplayName("many threads compress and decompress at once, more than contexts are kept")
  void manyThreads() throws Exception {
    try (var threads = Executors.newFixedThreadPool(16, Thread.ofPlatform().name("zstd-", 0).factory())) {
      var results = new ArrayList<Future<Integer>>();
      for (var t = 0; t < 16; t++) {
        var thread = t;
        results.add(threads.submit((Callable<Integer>) () -> {
          for (var i = 0; i < 200; i++) {
            var plain = content(100 + 61 * i + thread, 1);
            assertArrayEquals(plain, decompressed(compressed(new ZstdCompressor(thread % 4), plain), plain.length));
          }
          return thread;
        }));
      }
      for (var t = 0; t < 16; t++) {
        assertEquals(t, results.get(t).get());
      }
    }
  }

  @Test
  @DisplayName("a log that asks for Zstandard finds it; what it wrote is read by one that does not ask")
  void service() {
    assertInstanceOf(ZstdCompressor.class, Compressor.find(Compression.ZSTD).orElseThrow());
    var directory = new MemoryDirectory();
    try (var wal = Wal.open(directory, WalOptions.builder().compression(Compression.ZSTD).build())) {
      wal.stream("s").append(RECORD);
      wal.stream("s").appendBatch(List.of(RECORD, RECORD));
      wal.stream("s").append(content(2000, 2));
    }
    try (var wal = Wal.open(directory, WalOptions.defaults())) {
      wal.stream("s").append(RECORD);
      isWritten(wal);
      assertTrue(wal.stream("s").segments().getFirst().dataBytes() < 2500, "not compressed");
    }
  }

  private static void isWritten(Wal wal) {
    for (var id : new int[]{0, 1, 2, 4}) {
      assertArrayEquals(RECORD, wal.stream("s").get(id).orElseThrow());
    }
    assertArrayEquals(content(2000, 2), wal.stream("s").get(3).orElseThrow());
    try (var cursor = wal.stream("s").read(0)) {
      for (var id = 0; id < 5; id++) {
        assertTrue(cursor.next());
        assertEquals(id == 3 ? 2000 : RECORD.length, cursor.length());
      }
    }
  }

  /**
   * As it was written once; what compresses may change, and then compresses otherwise, but what it wrote must be read
   * for ever. Again with {@code -Dholdfast.golden.write=true}, which nobody does for a version that has been released.
   */
  @Test
  @DisplayName("a log compressed in Zstandard by version 1 is read")
  void golden() throws IOException {
    if (WRITE) {
      var directory = new MemoryDirectory();
      try (var wal = Wal.open(directory, WalOptions.builder().compression(Compression.ZSTD).build())) {
        wal.stream("s").append(RECORD);
        wal.stream("s").appendBatch(List.of(RECORD, RECORD));
        wal.stream("s").append(content(2000, 2));
        wal.stream("s").append(RECORD);
      }
      for (var file : LogImage.of(directory).without("LOCK.owner").files().entrySet()) {
        Files.createDirectories(GOLDEN.resolve(file.getKey()).getParent());
        Files.write(GOLDEN.resolve(file.getKey()), file.getValue());
      }
    }
    try (var wal = Wal.openReadOnly(LogImage.of(GOLDEN).toDirectory(), WalOptions.defaults())) {
      isWritten(wal);
    }
  }

  @Test
  @DisplayName("a few bytes that say they are a gigabyte, in the frame and in Zstandard's own header, take no memory")
  void bombs() {
    QuietLogs.please();
    var bomb = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt((1 << 26) - 32);
    // magic, a single segment with 8 bytes of content size, blocks of 128 KiB of one byte
    bomb.putInt(0xFD2FB528).put((byte) 0xE0).putLong((1 << 26) - 32);
    while (bomb.remaining() >= 4) {
      bomb.putInt((1 << 17 << 3 | 1 << 1) | 'x' << 24);
    }
    var segment = LogBuilder.fill(LogBuilder.first(), 2, 0).data((byte) 1, bomb.array(), 1, 0, 20, 2);
    var image = new LogBuilder().state(1, 3, 0).segment(0, segment.unsealed()).image();
    try (var wal = Wal.openReadOnly(image.toDirectory(), WalOptions.defaults())) {
      var stream = wal.stream(LogBuilder.STREAM);
      var damage = assertThrows(CorruptionException.class, () -> stream.get(2));
      assertEquals(2, damage.id());
      assertTrue(stream.get(1).isPresent());
    }
  }
}
