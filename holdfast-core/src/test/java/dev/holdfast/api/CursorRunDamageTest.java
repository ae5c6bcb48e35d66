package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Of many records of one size a cursor checks some kilobytes with one checksum. Damage among them is found, and what is
 * said about it, and what is delivered before, is the same as if each had been checked by itself.
 */
class CursorRunDamageTest extends BackendTest {
  private static final long SEED = 2026;
  private static final int RECORDS = 1_300;
  private static final int PAYLOAD = 99;
  private static final int SIZE = (int) Frame.sizeOf(PAYLOAD);
  /** Behind what a cursor checks one by one before it knows that there are many of the size. */
  private static final int DAMAGED = 1_200;
  /** So many frames from there on may be damaged. */
  private static final int MOST = 80;

  private final Random random = new Random(SEED);
  private final byte[][] records = new byte[RECORDS][PAYLOAD];
  private Wal wal;
  private LogStream stream;
  private long firstId; // of the segment that is damaged
  private String name;
  private LogFile file;

  @BeforeEach
  void write() throws IOException {
    try (var writer = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      for (var record : records) {
        random.nextBytes(record);
        writer.stream("s").append(record);
      }
    }
    wal = open();
    stream = wal.stream("s");
    var starts = stream.segments().stream().mapToLong(info -> info.ids().start()).toArray();
    firstId = Arrays.stream(starts).filter(start -> start <= DAMAGED).max().orElseThrow();
    assertTrue(Arrays.stream(starts).noneMatch(start -> start > DAMAGED && start < DAMAGED + MOST));
    name = String.format(Locale.ROOT, "%020d.seg", firstId);
    file = root().subdirectory("streams").subdirectory("s").open(name, Access.READ_WRITE);
  }

  @AfterEach
  void close() throws IOException {
    file.close();
    wal.close();
  }

  private long offset(int id) {
    return StartFrame.DATA_START + (id - firstId) * SIZE;
  }

  private byte[] bytes(long offset, int length) throws IOException {
    var bytes = new byte[length];
    assertEquals(length, file.read(ByteBuffer.wrap(bytes), offset));
    return bytes;
  }

  private void write(long offset, byte[] bytes) throws IOException {
    file.write(ByteBuffer.wrap(bytes), offset);
  }

  private void assertDamaged(int id, String what) {
    try (var cursor = stream.read(0)) {
      for (var i = 0; i < id; i++) {
        cursor.next();
        assertEquals(i, cursor.id(), what);
        assertArrayEquals(records[i], cursor.copyPayload(), what);
      }
      for (var again = 0; again < 2; again++) {
        var damage = assertThrows(CorruptionException.class, cursor::next, what);
        assertEquals(id, damage.id(), what);
        assertEquals(offset(id), damage.offset(), what);
        assertEquals("streams/s/" + name, damage.file(), what);
      }
    }
  }

  private void assertIntact(String what) {
    try (var cursor = stream.read(0)) {
      for (var i = 0; i < RECORDS; i++) {
        cursor.next();
        assertEquals(i, cursor.id(), what);
        assertArrayEquals(records[i], cursor.copyPayload(), what);
      }
    }
  }

  @Test
  @DisplayName("a bit flipped anywhere in a frame among many is found in that frame; in padding it means nothing")
  void everyBit() throws IOException {
    assertIntact("as written");
    for (var bit = 0; bit < SIZE * Byte.SIZE; bit++) {
      var at = offset(DAMAGED) + bit / Byte.SIZE;
      var intact = bytes(at, 1);
      write(at, new byte[]{(byte) (intact[0] ^ (1 << (bit % Byte.SIZE)))});
      var what = "bit " + bit % Byte.SIZE + " of byte " + bit / Byte.SIZE;
      if (bit / Byte.SIZE < Frame.HEADER + PAYLOAD) {
        assertDamaged(DAMAGED, what);
      } else {
        assertIntact(what);
      }
      write(at, intact);
    }
    assertIntact("mended");
  }

  @Test
  @DisplayName("of two damaged frames the first is named, also if both are damaged in the same way, or have changed places")
  void two() throws IOException {
    for (var round = 0; round < 300; round++) {
      var first = DAMAGED + random.nextInt(20);
      var second = first + 1 + random.nextInt(20);
      var whole = round % 3 == 0;
      var from = whole ? 0 : random.nextInt(Frame.HEADER + PAYLOAD);
      var length = whole ? SIZE : 1 + random.nextInt(Frame.HEADER + PAYLOAD - from);
      var inFirst = bytes(offset(first) + from, length);
      var inSecond = bytes(offset(second) + from, length);
      var changedFirst = inFirst.clone();
      var changedSecond = inSecond.clone();
      if (round % 2 == 0) {
        changedFirst[0] ^= 0x10;
        changedSecond[0] ^= 0x10;
      } else {
        changedFirst = inSecond.clone();
        changedSecond = inFirst.clone();
      }
      write(offset(first) + from, changedFirst);
      write(offset(second) + from, changedSecond);
      var what = "seed " + SEED + ", round " + round;
      if (round % 2 == 0 || !Arrays.equals(inFirst, inSecond)) {
        assertDamaged(first, what);
      }
      write(offset(first) + from, inFirst);
      write(offset(second) + from, inSecond);
    }
    assertIntact("mended");
  }

  @Test
  @DisplayName("a frame of another log with the same id is found, and so are many of them")
  void framesOfAnotherLog() throws IOException {
    var other = new MemoryDirectory();
    try (var writer = Wal.open(other, WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build())) {
      for (var record : records) {
        writer.stream("s").append(record);
      }
    }
    try (var its = other.subdirectory("streams").subdirectory("s").open(name, Access.READ)) {
      for (var frames = 1; frames <= MOST; frames++) {
        var foreign = new byte[frames * SIZE];
        its.read(ByteBuffer.wrap(foreign), offset(DAMAGED));
        var intact = bytes(offset(DAMAGED), foreign.length);
        write(offset(DAMAGED), foreign);
        assertDamaged(DAMAGED, frames + " frames");
        write(offset(DAMAGED), intact);
      }
    }
    assertIntact("mended");
  }

  @Test
  @DisplayName("where a file was cut short under a map, nearly all of the records in front are still delivered")
  void cutShort() throws IOException {
    assertIntact("as written");
    var page = 4096;
    var end = offset(DAMAGED) / page * page;
    file.truncate(end);
    try (var cursor = stream.read(0)) {
      long delivered = 0;
      try {
        while (cursor.next()) {
          assertArrayEquals(records[(int) delivered], cursor.copyPayload());
          delivered++;
        }
        fail("no end at " + end);
      } catch (WalException _) {
        var readable = firstId + (end - StartFrame.DATA_START) / SIZE;
        assertTrue(delivered <= readable && delivered > readable - 1024 / SIZE - 1, delivered + " of " + readable);
      }
    }
  }
}
