package dev.holdfast.compression;

import static dev.holdfast.compression.Texts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecordLog;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.corruption.LogBuilder;
import dev.holdfast.corruption.LogImage;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.corruption.SegmentBuilder;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Compressed frames that somebody chose, with checksums that agree. */
class HostileCompressedTest {
  private static final WalOptions OPTIONS = WalOptions.builder().compressor(new TinyLz4()).maxSegmentSize(4096).build();
  private static final byte[] PLAIN = text(700, 1);

  private static LogImage log(int records, SegmentBuilder segment) {
    return new LogBuilder().state(1, records, 0).segment(0, segment.unsealed()).image();
  }

  private static SegmentBuilder two() {
    return LogBuilder.fill(LogBuilder.first(), 2, 0);
  }

  /** Reads record 2 by id and by cursor, with a cache and without; both give the same, or both are damage. */
  private static void readsOrSaysWhere(LogImage image) {
    for (var cache : new long[]{0, 1 << 20}) {
      try (var wal = Wal.openReadOnly(image.toDirectory(), OPTIONS.toBuilder().blockCacheSize(cache).build())) {
        var stream = wal.stream(LogBuilder.STREAM);
        assertEquals(4, stream.nextId());
        try (var cursor = stream.read(2)) {
          byte[] byId;
          try {
            byId = stream.get(2).orElseThrow();
          } catch (CorruptionException e) {
            assertEquals(LogBuilder.PREFIX + Names.segment(0), e.file());
            assertEquals(2, e.id());
            assertEquals(192 + 2 * 40, e.offset());
            assertThrows(CorruptionException.class, () -> stream.get(2));
            assertThrows(CorruptionException.class, cursor::next);
            assertThrows(CorruptionException.class, cursor::next);
            continue;
          }
          assertTrue(cursor.next());
          assertArrayEquals(byId, cursor.copyPayload());
        }
        assertArrayEquals(LogBuilder.payload(3), stream.get(3).orElseThrow(), "the record behind it is lost");
      }
    }
  }

  @Test
  @DisplayName("whatever a byte of a compressed record is changed to, it is damage in this frame or another record, nothing else")
  void everyByteUnderARightChecksum() {
    QuietLogs.please();
    var payload = SegmentBuilder.lz4(PLAIN);
    for (var at = 0; at < payload.length; at++) {
      for (var change : new int[]{1, 0x80, 0xFF, 0x10}) {
        var changed = payload.clone();
        changed[at] ^= (byte) change;
        var length = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        if (length >= 0 && length < 1 << 26) { // else it is no valid frame, see below
          readsOrSaysWhere(log(4, LogBuilder.fill(two().data(Frame.RECORD, changed, 1, 0, 20, 1), 1, 0)));
        }
      }
    }
  }

  @Test
  @DisplayName("whatever a byte of a compressed batch is changed to, the same; lengths in it that do not add up are damage")
  void everyByteOfABatch() {
    QuietLogs.please();
    var plain = ByteBuffer.allocate(8 + 300).order(ByteOrder.LITTLE_ENDIAN).putInt(300).put(4 + 4, text(300, 3));
    var payload = SegmentBuilder.lz4(Arrays.copyOf(plain.array(), 304));
    var one = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(304, one.getInt(0));
    for (var at = 4; at < payload.length; at++) {
      var changed = payload.clone();
      changed[at] ^= 0x21;
      readsOrSaysWhere(log(4, LogBuilder.fill(two().data(Frame.BATCH, changed, 1, 0, 20, 1), 1, 0)));
    }
    var wrong = SegmentBuilder.lz4(new byte[304]);
    var image = log(4, LogBuilder.fill(two().data(Frame.BATCH, wrong, 1, 0, 20, 1), 1, 0));
    try (var wal = Wal.openReadOnly(image.toDirectory(), OPTIONS)) {
      var damage = assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM).get(2));
      assertTrue(damage.toString().contains("do not add up"), damage.toString());
    }
  }

  @Test
  @DisplayName("a compressed payload cut at any length is damage")
  void everyLength() {
    QuietLogs.please();
    var payload = SegmentBuilder.lz4(PLAIN);
    for (var length = 5; length < payload.length; length++) {
      var cut = Arrays.copyOf(payload, length);
      readsOrSaysWhere(log(4, LogBuilder.fill(two().data(Frame.RECORD, cut, 1, 0, 20, 1), 1, 0)));
    }
  }

  @Test
  @DisplayName("an uncompressed length beyond the largest frame, or a payload without one, is no frame: recovery ends before it")
  void impossibleLengths() {
    QuietLogs.please();
    for (var length : new int[]{-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (1 << 26) - 31, 1 << 26}) {
      var bomb = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length).array();
      endsAtTwo(two().data(Frame.RECORD, bomb, 1, 0, 20, 1));
    }
    for (var size = 0; size <= 4; size++) {
      endsAtTwo(two().data(Frame.RECORD, new byte[size], 1, 0, 20, 1));
    }
    var count = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 400).array();
    endsAtTwo(two().data(Frame.BATCH, count, 101, 0, 20, 1));
  }

  private static void endsAtTwo(SegmentBuilder segment) {
    try (var wal = Wal.openReadOnly(log(2, segment).toDirectory(), OPTIONS)) {
      assertEquals(2, wal.stream(LogBuilder.STREAM).nextId());
    }
    try (var wal = Wal.openReadOnly(log(3, segment).toDirectory(), OPTIONS)) {
      assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM).get(2));
    }
  }

  @Test
  @DisplayName("a few bytes that say they are a gigabyte are damage before any memory is taken for them, whatever the codec")
  void bombs() {
    QuietLogs.please();
    var usual = LogBuilder.header(1, 0);
    var header = new SegmentHeader(usual.nameHash(), usual.streamId(), usual.salt(), usual.epoch(), usual.created(),
        usual.reserved(), 1 << 30);
    var bomb = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putInt(0, (1 << 30) - 32).array();
    for (var codec : List.of(1, 2)) {
      var segment = LogBuilder.fill(new SegmentBuilder(header, 0, StartFrame.FIRST, 0), 2, 0);
      var image = log(4, LogBuilder.fill(segment.data(Frame.RECORD, bomb, 1, 0, 20, codec), 1, 0));
      for (var cache : new long[]{0, 1L << 40}) {
        try (var wal = Wal.openReadOnly(image.toDirectory(), OPTIONS.toBuilder().blockCacheSize(cache).build());
            var cursor = wal.stream(LogBuilder.STREAM).read(2)) {
          var stream = wal.stream(LogBuilder.STREAM);
          for (Executable read : List.<Executable>of(() -> stream.get(2), cursor::next)) {
            var damage = assertThrows(CorruptionException.class, () -> withoutMemoryFor(read));
            assertTrue(damage.toString().contains("1073741792"), damage.toString());
          }
          assertFalse(stream.get(3).isEmpty());
        }
      }
    }
  }

  private static void withoutMemoryFor(Executable read) throws Throwable {
    try {
      read.execute();
    } catch (OutOfMemoryError e) { // JUnit would end
      throw new AssertionError("memory for a gigabyte was asked for, the frame has forty bytes", e);
    }
  }

  @Test
  @DisplayName("a codec in a frame that holds no records, and one nobody knows, are refused by name")
  void codecsWhereNoneMayBe() {
    QuietLogs.please();
    for (var type : new int[]{Frame.SEAL, 1}) {
      var segment = two();
      segment.raw(segment.frame(type, new byte[64], 2, type == 1 ? 1 : 0, 0, 0, type == 1 ? 3 : 1, 0));
      try (var wal = Wal.openReadOnly(log(2, segment).toDirectory(), OPTIONS)) {
        var refused = assertThrows(UnsupportedFormatException.class,
            () -> wal.stream(LogBuilder.STREAM));
        assertTrue(refused.toString().contains("codec"), refused.toString());
      }
    }
  }

  @Test
  @DisplayName("a record log has no compressed frames: one that has is refused by name, and left as it is")
  void recordLog() throws IOException {
    var header = new SegmentHeader(Names.hash(""), 1, 2, 1, 0, 8192, (1 << 30) + 32);
    var bytes = new SegmentBuilder(header, 0, StartFrame.FIRST, 0).compressed(PLAIN, 0, 0).unsealed();
    var directory = new MemoryDirectory();
    try (var file = directory.create("one", 0)) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
    assertThrows(UnsupportedFormatException.class,
        () -> RecordLog.openReadOnly(directory, "one").forEach((_, _) -> {}));
    var refused = assertThrows(UnsupportedFormatException.class, () -> RecordLog.open(directory, "one"));
    assertTrue(refused.toString().contains("compressed"), refused.toString());
    assertArrayEquals(bytes, directory.read("one", 1 << 20));
  }
}
