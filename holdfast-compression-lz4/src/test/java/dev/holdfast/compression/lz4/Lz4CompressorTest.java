package dev.holdfast.compression.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.compression.TinyLz4;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** LZ4 by the library, native and not, beside a page of code that knows nothing of it. */
class Lz4CompressorTest {
  static final List<Compressor> ALL = List.of(new Lz4Compressor(), new Lz4Compressor(LZ4Factory.safeInstance()),
      new Lz4Compressor(LZ4Factory.nativeInstance()));
  private static final int MARGIN = 32;

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
  private static byte[] decompressed(Compressor compressor, byte[] compressed, int length) throws DataFormatException {
    var source = ByteBuffer.allocate(compressed.length + 2 * MARGIN).put(MARGIN, compressed)
        .limit(MARGIN + compressed.length).position(MARGIN);
    var room = new byte[length + 2 * MARGIN];
    Arrays.fill(room, (byte) 0xDD);
    var target = ByteBuffer.wrap(room, MARGIN, length);
    try {
      compressor.decompress(source, target);
      assertEquals(0, source.remaining());
      assertEquals(0, target.remaining());
    } finally {
      for (var i = 0; i < MARGIN; i++) {
        assertTrue(room[i] == (byte) 0xDD && room[room.length - 1 - i] == (byte) 0xDD, "wrote outside");
      }
    }
    return Arrays.copyOfRange(room, MARGIN, MARGIN + length);
  }

  @ParameterizedTest
  @FieldSource("ALL")
  @DisplayName("content of every length comes back, also across implementations")
  void roundTrips(Compressor compressor) throws DataFormatException {
    assertEquals(Compression.LZ4, compressor.format());
    var tiny = new TinyLz4();
    for (var kind = 0; kind < 3; kind++) {
      for (var length = 0; length < 3000; length += length < 300 ? 1 : 37) {
        var plain = content(length, kind);
        var compressed = compressed(compressor, plain);
        assertArrayEquals(plain, decompressed(compressor, compressed, length));
        assertArrayEquals(plain, decompressed(tiny, compressed, length));
        assertArrayEquals(plain, decompressed(compressor, compressed(tiny, plain), length));
      }
    }
    var large = content(1 << 22, 1);
    assertArrayEquals(large, decompressed(compressor, compressed(compressor, large), large.length));
  }

  @ParameterizedTest
  @FieldSource("ALL")
  @DisplayName("another length than the one it has is refused")
  void otherLengths(Compressor compressor) {
    var compressed = compressed(compressor, content(1000, 1));
    for (var length : new int[]{0, 1, 999, 1001, 5000}) {
      assertThrows(DataFormatException.class, () -> decompressed(compressor, compressed, length));
    }
    assertThrows(DataFormatException.class, () -> decompressed(compressor, new byte[0], 10));
  }

  @ParameterizedTest
  @FieldSource("ALL")
  @DisplayName("whatever the bytes are, they are refused, or content of just this length; nothing else is touched")
  void hostileBytes(Compressor compressor) {
    var random = new SplittableRandom(7);
    var compressed = compressed(compressor, content(900, 1));
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
        assertEquals(900, decompressed(compressor, changed, 900).length);
      } catch (DataFormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 5000, refused + " refused");
  }

  @Test
  @DisplayName("a log that asks for LZ4 finds it, and reads what the log's own tests have written")
  void service() {
    assertInstanceOf(Lz4Compressor.class, Compressor.find(Compression.LZ4).orElseThrow());
    var record = "the same words again and again, ".repeat(100).getBytes(StandardCharsets.UTF_8);
    var directory = new MemoryDirectory();
    for (var options : List.of(WalOptions.builder().compression(Compression.LZ4).build(),
        WalOptions.builder().compressor(new TinyLz4()).compression(Compression.LZ4).build(), WalOptions.defaults())) {
      try (var wal = Wal.open(directory, options)) {
        wal.stream("s").append(record);
        wal.stream("s").appendBatch(List.of(record, record));
      }
    }
    for (var options : List.of(WalOptions.defaults(), WalOptions.builder().compressor(new TinyLz4()).build())) {
      try (var wal = Wal.openReadOnly(directory, options)) {
        var stream = wal.stream("s");
        assertEquals(9, stream.nextId());
        for (var id = 0; id < 9; id++) {
          assertArrayEquals(record, stream.get(id).orElseThrow());
        }
        assertTrue(stream.segments().getFirst().dataBytes() < 1000, "not compressed");
      }
    }
  }
}
