package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bytes that somebody chose to hurt: nothing hangs, nothing is allocated that the file does not justify. */
class HostileBytesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static SegmentBuilder five() {
    return LogBuilder.fill(LogBuilder.first(), 5, 0);
  }

  private static LogImage log(long watermark, byte[] segment) {
    return new LogBuilder().state(1, watermark, 0).segment(0, segment).image();
  }

  private static byte[] frame(int length, long id, int count, int type) {
    var frame = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, 0, length, id, count, 0, 0, (byte) type);
    return frame.array();
  }

  @Test
  @DisplayName("a length no file could hold is the end of the data, not an allocation")
  void hugeLengths() {
    for (var length : List.of(Integer.MAX_VALUE, Integer.MAX_VALUE - 64, -1, Integer.MIN_VALUE, 1 << 30, 4096)) {
      for (var type : List.of(Frame.RECORD, Frame.SEAL)) {
        var bytes = five().raw(frame(length, 5, type == Frame.RECORD ? 1 : 0, type)).unsealed();
        Opened.goesOn(log(5, bytes), Outcome.TORN_TAIL, 5);
        Opened.isDamaged(log(6, bytes), "DAMAGED_FRAME", 5);
      }
    }
  }

  @Test
  @DisplayName("a length within the limits that the file does not justify is damage, not an allocation of a gigabyte")
  void lengthBeyondTheFile() throws IOException {
    var options = WalOptions.builder().maxSegmentSize(4096).maxBatchSize(1 << 30).build();
    var directory = new MemoryDirectory();
    try (var wal = Wal.open(directory, options)) {
      wal.stream(LogBuilder.STREAM).append(new byte[100]);
    }
    var files = directory.subdirectory("streams").subdirectory(LogBuilder.STREAM);
    try (var file = files.open(Names.segment(0), Access.READ_WRITE)) {
      var length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, (1 << 30) - 64);
      file.write(length, StartFrame.DATA_START + Frame.LENGTH);
    }
    try (var wal = Wal.openReadOnly(directory, options)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertThrows(CorruptionException.class, () -> {
        try {
          var _ = stream.get(0);
        } catch (OutOfMemoryError e) { // JUnit would end
          throw new AssertionError("memory for a gigabyte was asked for, the file has some hundred bytes", e);
        }
      });
    }
  }

  @Test
  @DisplayName("a batch that counts more records than it can hold, or whose lengths do not add up, is no frame")
  void hugeCounts() {
    var payload = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(-1).putInt(Integer.MAX_VALUE).putInt(Integer.MIN_VALUE).putInt(60);
    for (var count : List.of(-1, 0, 1, 2, 3, 4, 16, 17, Integer.MAX_VALUE, Integer.MIN_VALUE)) {
      var five = five();
      var bytes = five.raw(five.frame(Frame.BATCH, payload.array(), 5, count, 5, 0, 0, 0)).unsealed();
      Opened.goesOn(log(5, bytes), Outcome.TORN_TAIL, 5);
    }
  }

  @Test
  @DisplayName("a sealed batch whose lengths lie is damage when it is read, and nobody else's record")
  void lyingBatchBehindASeal() {
    var payload = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(Integer.MAX_VALUE).putInt(-2);
    var five = five();
    five.raw(five.frame(Frame.BATCH, payload.array(), 5, 2, 5, 0, 0, 0));
    try (var wal = Wal.openReadOnly(log(5, five.sealed()).toDirectory(), Opened.ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertArrayEquals(LogBuilder.payload(4), stream.get(4).orElseThrow());
      assertTrue(stream.get(5).isEmpty());
    }
  }

  /** Returns a seal with fields overwritten and its checksum made to agree. */
  private static byte[] sealed(SegmentBuilder segment, int at, long value, int bytes) {
    var whole = segment.sealed();
    var seal = ByteBuffer.wrap(segment.seal()).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes == 8) {
      seal.putLong(at, value);
    } else {
      seal.putInt(at, (int) value);
    }
    var length = seal.capacity() - Frame.HEADER;
    seal.putInt(0, new FrameChecksum().of(segment.header().salt(), seal.array(), 0, length));
    System.arraycopy(seal.array(), 0, whole, whole.length - seal.capacity(), seal.capacity());
    return whole;
  }

  @Test
  @DisplayName("a seal whose fields lie although its checksum agrees: the right records or an error, never others")
  void bogusSeals() {
    QuietLogs.please();
    var fields = List.of(new int[]{8, 8}, new int[]{32, 8}, new int[]{40, 8}, new int[]{48, 4}, new int[]{60, 4},
        new int[]{64, 4}, new int[]{68, 4}, new int[]{72, 4}, new int[]{84, 8}, new int[]{80, 8});
    for (var field : fields) {
      for (var value : List.of(0L, 1L, 4L, 6L, -1L, 24L, 25L, 500L, 1L << 31, 1L << 40, Long.MAX_VALUE,
          Long.MIN_VALUE)) {
        assertTimeoutPreemptively(LIMIT, () -> readsRightOrRefuses(sealed(five(), field[0], value, field[1])));
      }
    }
  }

  private static void readsRightOrRefuses(byte[] segment) {
    for (var options : List.of(Opened.ERROR, Opened.TRUNCATE)) {
      try (var wal = Wal.open(log(0, segment).toDirectory(), options)) {
        var stream = wal.stream(LogBuilder.STREAM);
        for (var id = 0; id < 8; id++) {
          var record = stream.get(id);
          if (record.isPresent()) {
            assertArrayEquals(LogBuilder.payload(id), record.get());
          }
        }
        try (var cursor = stream.read(0)) {
          for (var id = 0; cursor.next(); id++) {
            assertArrayEquals(LogBuilder.payload(id), cursor.copyPayload());
          }
        }
      } catch (CorruptionException e) {
        assertTrue(e.file().endsWith(".seg"), e.toString());
      }
    }
  }

  @Test
  @DisplayName("a batch of 64 MiB full of headers of huge frames, behind a hole, is gone through in seconds")
  void fakeHeadersBehindAHole() {
    QuietLogs.please();
    var payload = ByteBuffer.allocate((1 << 26) - 200).order(ByteOrder.LITTLE_ENDIAN);
    while (payload.remaining() >= Frame.HEADER) {
      var header = payload.position();
      Frame.putHeader(payload, header, payload.remaining() - Frame.HEADER, 3, 1, 0, 0, Frame.RECORD);
      payload.position(header + Frame.HEADER);
    }
    var segment = LogBuilder.first().record(LogBuilder.payload(0), 0, 0);
    var bytes = segment.record(payload.array(), 1, 0).unsealed();
    bytes[StartFrame.DATA_START + 40] ^= 1; // the checksum of the large frame
    var image = log(0, bytes);
    assertTimeoutPreemptively(LIMIT, () -> {
      try (var wal = Wal.openReadOnly(image.toDirectory(), Opened.ERROR)) {
        var stream = wal.stream(LogBuilder.STREAM);
        assertEquals(Outcome.TORN_TAIL, stream.recovery().outcome());
        assertEquals(1, stream.nextId());
        System.out.println("fake headers: " + stream.recovery().duration().toMillis() + " ms");
      }
    });
  }

  @Test
  @DisplayName("a STATE of any size is one without a valid slot, or with one, and keeps nobody from opening")
  void stateOfAnySize() {
    var whole = new LogBuilder().state(1, 5, 0).image().get(LogBuilder.PREFIX + Names.STATE);
    for (var length : List.of(0, 1, 127, 128, 2047, 2048, 2175, 2176, 4095, 4097, 8192, 8193, 1 << 20)) {
      var image = new LogBuilder().file(Names.STATE, Arrays.copyOf(whole, length)).segment(0, five().sealed()).image();
      Opened.goesOn(image, Outcome.CLEAN, 5);
    }
  }

  @Test
  @DisplayName("segments of a few bytes are damaged ones")
  void tinyFiles() {
    var whole = five().unsealed();
    for (var length : List.of(0, 1, 8, 127)) {
      Opened.isDamaged(log(0, Arrays.copyOf(whole, length)), "DAMAGED_HEADER", 0);
      Opened.isDamaged(new LogBuilder().state(1, 5, 0).segment(0, five().sealed())
          .segment(5, Arrays.copyOf(whole, length)).image(), "DAMAGED_HEADER", 5);
    }
    for (var length : List.of(128, 159, 160, 191)) {
      Opened.isDamaged(log(0, Arrays.copyOf(whole, length)), "CUT_FILE", 0);
    }
  }

  @Test
  @DisplayName("a file named like a segment beyond the largest id is no segment")
  void beyondTheLargestId() {
    var image = new LogBuilder().state(1, 5, 0).segment(0, five().sealed())
        .file("09223372036854775808.seg", five().sealed()).file("99999999999999999999.seg", new byte[3]).image();
    Opened.goesOn(image, Outcome.CLEAN, 5);
  }

  @Test
  @DisplayName("a segment at the largest id of all neither overflows nor hangs")
  void largestId() {
    QuietLogs.please();
    var last = new SegmentBuilder(LogBuilder.header(1, Long.MAX_VALUE), Long.MAX_VALUE, StartFrame.FIRST, 0);
    last.record(new byte[8], 0, 0);
    var image = new LogBuilder().segment(Long.MAX_VALUE, last.unsealed()).image();
    assertTimeoutPreemptively(LIMIT, () -> {
      try (var wal = Wal.open(image.toDirectory(), Opened.ERROR)) {
        assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM));
      }
    });
  }
}
