package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecordLog;
import dev.holdfast.ReplayMode;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.WalException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every bit of a small record log flipped, every length it can be cut to: the right records, or an exception. Fewer
 * records without an exception only where nothing can tell that from what a power loss leaves.
 */
class RecordLogDamageTest {
  private static final String NAME = "log";
  private static final int WATERMARK = 4096;
  private static final List<String> RECORDS = List.of("first", "", "a", "bb", "ccc", "a record of another life",
      "last");

  /** A log that was opened twice; its frames end at {@link #end}. */
  private byte[] whole = {};
  /** The same as a power loss leaves it right behind the last sync, without a watermark for the last record. */
  private byte[] withoutWatermark = {};
  private int end;

  @BeforeEach
  void write() throws IOException {
    var directory = new MemoryDirectory();
    try (var log = RecordLog.open(directory, NAME)) {
      log.append(bytes(RECORDS.get(0)));
      log.append(bytes(RECORDS.get(1)));
      log.appendBatch(bytes(RECORDS.subList(2, 5)));
    }
    byte[] before;
    try (var log = RecordLog.open(directory, NAME)) {
      log.append(bytes(RECORDS.get(5)));
      before = directory.read(NAME, 1 << 20);
      log.append(bytes(RECORDS.get(6)));
    }
    whole = directory.read(NAME, 1 << 20);
    withoutWatermark = before.clone();
    System.arraycopy(whole, 0, withoutWatermark, 0, WATERMARK);
    end = WATERMARK;
    while (whole[end - 1] == 0) {
      end--;
    }
    end = (end + Frame.ALIGNMENT - 1) & -Frame.ALIGNMENT;
  }

  // ---- sweeps

  @Test
  void whicheverBitOfAClosedLogIsFlippedNoRecordIsWrongAndNoneIsMissing() throws IOException {
    var refused = 0;
    for (var bit = 0; bit < whole.length * Byte.SIZE; bit++) {
      refused += examine(flipped(whole, bit), RECORDS.size(), "bit " + bit) ? 1 : 0;
    }
    assertTrue(refused > 2000, "refused " + refused + " times");
  }

  @Test
  void whicheverBitIsFlippedBeforeTheWatermarkIsWrittenNoRecordIsWrongAndAtMostTheLastIsMissing() throws IOException {
    for (var bit = 0; bit < (end + 100) * Byte.SIZE; bit++) {
      examine(flipped(withoutWatermark, bit), RECORDS.size() - 1, "bit " + bit);
    }
  }

  @Test
  void whateverLengthALogIsCutToItIsRefused() throws IOException {
    for (var length = 0; length < whole.length; length++) {
      assertTrue(examine(Arrays.copyOf(whole, length), RECORDS.size(), "length " + length), "length " + length);
      assertTrue(examine(Arrays.copyOf(withoutWatermark, length), RECORDS.size(), "length " + length),
          "length " + length + " before the watermark is written");
    }
  }

  @Test
  void whateverIsOverwrittenWithZerosNoRecordIsMissingUnnoticed() throws IOException {
    for (var at = 0; at < whole.length; at += Frame.ALIGNMENT) {
      var damaged = whole.clone();
      Arrays.fill(damaged, at, Math.min(whole.length, at + 64), (byte) 0);
      examine(damaged, RECORDS.size(), "64 zeros at " + at);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void aDamagedSectorWithTheLastRecordsAndWhatVouchesForThemWasTakenForATornTail(int size) throws IOException {
    for (var log : List.of(whole, written(10, 700), written(30, 700), written(3, 20_000), written(2, 3_000))) {
      for (var at = 0; at < log.length; at += size) {
        for (var value : List.of((byte) 0, (byte) 0xA5)) {
          var damaged = log.clone();
          Arrays.fill(damaged, at, at + size, value);
          assertTrue(isWholeOrRefused(damaged, log), size + " bytes of " + value + " at " + at + " of " + log.length);
        }
      }
    }
  }

  private static byte[] written(int count, int length) throws IOException {
    var directory = new MemoryDirectory();
    try (var log = RecordLog.open(directory, NAME)) {
      Records.some(count, length).forEach(record -> log.append(bytes(record)));
    }
    return directory.read(NAME, 1 << 20);
  }

  private static boolean isWholeOrRefused(byte[] damaged, byte[] undamaged) throws IOException {
    List<String> expected;
    try (var log = RecordLog.openReadOnly(directoryWith(undamaged), NAME)) {
      expected = Records.of(log);
    }
    var directory = directoryWith(damaged);
    try (var log = RecordLog.open(directory, NAME)) {
      return Records.of(log).equals(expected);
    } catch (CorruptionException | IllegalArgumentException e) {
      assertArrayEquals(damaged, directory.read(NAME, 1 << 20), e.getMessage());
      return true;
    }
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    var damaged = bytes.clone();
    damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    return damaged;
  }

  /**
   * Reads and opens a damaged log.
   *
   * @param fewest how many records must be there if nobody complains
   * @return whether it is refused
   */
  private static boolean examine(byte[] damaged, int fewest, String what) throws IOException {
    var directory = directoryWith(damaged);
    var strict = new ArrayList<String>();
    var bestEffort = new ArrayList<String>();
    var strictError = read(directory, ReplayMode.STRICT, strict);
    var error = read(directory, ReplayMode.BEST_EFFORT_TAIL, bestEffort);
    assertEquals(strict, bestEffort, what);
    assertEquals(RECORDS.subList(0, strict.size()), strict, what);
    assertTrue(error != null || strict.size() >= fewest, () -> what + ": only " + strict);
    assertTrue(error == null || strictError != null, what);
    assertArrayEquals(damaged, directory.read(NAME, 1 << 20), what);
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(null, error, what);
      assertEquals(strict, Records.of(log), what);
      log.append(bytes("more"));
      assertEquals(strict.size() + 1, Records.of(log).size(), what);
    } catch (CorruptionException | UnsupportedFormatException e) {
      assertEquals(String.valueOf(error), e.toString(), what);
      assertArrayEquals(damaged, directory.read(NAME, 1 << 20), what);
    }
    return error != null;
  }

  private static @Nullable WalException read(Directory directory, ReplayMode mode, List<String> into) {
    try (var log = RecordLog.openReadOnly(directory, NAME)) {
      Records.replay(log, mode, into);
      return null;
    } catch (CorruptionException | UnsupportedFormatException e) {
      return e;
    }
  }

  private static Directory directoryWith(byte[] content) throws IOException {
    var directory = new MemoryDirectory();
    try (var file = directory.create(NAME, 0)) {
      file.write(ByteBuffer.wrap(content), 0);
    }
    return directory;
  }

  // ---- single cases

  @Test
  void aTornTailIsAnErrorInAStrictReplayOnlyAndIsDroppedByAWriter() throws IOException {
    var torn = whole.clone();
    Arrays.fill(torn, end, end + 10, (byte) 7);
    var directory = directoryWith(torn);
    try (var log = RecordLog.openReadOnly(directory, NAME)) {
      var found = new ArrayList<String>();
      var e = assertThrows(CorruptionException.class, () -> Records.replay(log, ReplayMode.STRICT, found));
      assertTrue(String.valueOf(e.getMessage()).contains("TORN_TAIL"), e.getMessage());
      assertEquals(RECORDS.size(), e.id());
      assertEquals(end, e.offset());
      assertEquals(RECORDS, found);
      assertEquals(RECORDS, Records.of(log));
      assertEquals(RECORDS.size(), log.nextId());
    }
    assertArrayEquals(torn, directory.read(NAME, 1 << 20));
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(RECORDS, Records.of(log));
      assertEquals(2, ByteBuffer.wrap(directory.read(NAME, 1 << 20)).order(ByteOrder.LITTLE_ENDIAN)
          .getLong(48), "the epoch of the file that replaces it");
    }
  }

  @Test
  void damageIsNamedByFileOffsetAndRecord() throws IOException {
    var directory = directoryWith(flipped(whole, (192 + Frame.HEADER) * Byte.SIZE));
    try (var log = RecordLog.openReadOnly(directory, NAME)) {
      var e = assertThrows(CorruptionException.class, log::nextId);
      assertEquals(NAME, e.file());
      assertEquals(192, e.offset());
      assertEquals(0, e.id());
      assertTrue(String.valueOf(e.getMessage()).contains("records 0 to 6 were durable and are lost"), e.getMessage());
    }
    var refused = assertThrows(CorruptionException.class, () -> RecordLog.open(directory, NAME));
    assertEquals(192, refused.offset());
    assertThrows(CorruptionException.class, () -> RecordLog.open(directory, NAME), "the lock has been given back");
  }

  @Test
  void damageThatComesWhileALogIsOpenIsFoundByWhoeverReads() throws IOException {
    var directory = directoryWith(whole);
    try (var log = RecordLog.open(directory, NAME)) {
      try (var file = directory.open(NAME, Access.READ_WRITE)) {
        file.write(ByteBuffer.wrap(bytes("?")), 192 + Frame.HEADER);
      }
      var e = assertThrows(CorruptionException.class, log::records);
      assertEquals(192, e.offset());
    }
  }

  @Test
  void withoutAnyWatermarkNothingIsBelievedAndEverythingIsRead() throws IOException {
    var damaged = whole.clone();
    Arrays.fill(damaged, WATERMARK, whole.length, (byte) 0);
    var directory = directoryWith(damaged);
    try (var log = RecordLog.openReadOnly(directory, NAME)) {
      var found = new ArrayList<String>();
      var e = assertThrows(CorruptionException.class, () -> Records.replay(log, ReplayMode.BEST_EFFORT_TAIL, found));
      assertEquals(WATERMARK, e.offset());
      assertEquals(RECORDS, found);
    }
    assertThrows(CorruptionException.class, () -> RecordLog.open(directory, NAME));
    assertArrayEquals(damaged, directory.read(NAME, 1 << 20));
  }

  @Test
  void whatWasAddedBehindTheFileIsDroppedLikeATornTail() throws IOException {
    var directory = directoryWith(Arrays.copyOf(whole, whole.length + 5));
    try (var log = RecordLog.openReadOnly(directory, NAME)) {
      assertEquals(RECORDS, Records.of(log));
    }
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(RECORDS, Records.of(log));
      assertEquals(whole.length, directory.read(NAME, 1 << 20).length);
    }
  }

  @Test
  void anEmptyFileIsALogThatHasBeenLostAndNotOneThatBegins() throws IOException {
    var directory = directoryWith(new byte[0]);
    var e = assertThrows(CorruptionException.class, () -> RecordLog.open(directory, NAME));
    assertTrue(String.valueOf(e.getMessage()).contains("empty"), e.getMessage());
  }

  @Test
  void aLeftOverOfAReplacementThatWasNotFinishedIsNoObstacle() throws IOException {
    var directory = directoryWith(withoutWatermark);
    directory.create(NAME + ".rewrite", 100).close();
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(RECORDS, Records.of(log));
    }
    assertEquals(List.of(NAME, NAME + ".lock", NAME + ".owner"), directory.list());
  }
}
