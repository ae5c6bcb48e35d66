package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.IdRange;
import dev.holdfast.RecordLog;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.ReplayMode;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalLockedException;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record log does while nothing goes wrong, and what it refuses. */
class RecordLogTest {

  @TempDir
  Path temporary;

  private Path file() {
    return temporary.resolve("settings.log");
  }

  // ---- appending and reading

  @Test
  void recordsAreThereInTheirOrderNowAndAfterReopening() {
    try (var log = RecordLog.open(file())) {
      assertEquals(0, log.nextId());
      assertEquals(0, log.append(bytes("colour=blue")));
      assertEquals(1, log.append(bytes("")));
      assertEquals(new IdRange(2, 5), log.appendBatch(bytes(List.of("a", "", "ccc"))));
      assertEquals(List.of("colour=blue", "", "a", "", "ccc"), Records.of(log));
    }
    try (var log = RecordLog.open(file())) {
      assertEquals(List.of("colour=blue", "", "a", "", "ccc"), Records.of(log));
      assertEquals(5, log.append(bytes("more")));
      assertEquals(6, log.nextId());
    }
    try (var log = RecordLog.openReadOnly(file())) {
      assertEquals(List.of("colour=blue", "", "a", "", "ccc", "more"), Records.of(log));
      assertEquals(6, log.nextId());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 3000, 5000, 70_000, 300_000})
  void aLogThatOutgrowsItsFileKeepsEverything(int length) {
    var records = Records.some(40, length);
    for (var i = 0; i < records.size(); i += 10) {
      try (var log = RecordLog.open(file())) {
        records.subList(i, i + 5).forEach(record -> log.append(bytes(record)));
        log.appendBatch(bytes(records.subList(i + 5, i + 10)));
        assertEquals(records.subList(0, i + 10), Records.of(log));
      }
    }
    try (var log = RecordLog.openReadOnly(file())) {
      assertEquals(records, Records.of(log));
    }
  }

  @Test
  void theLargestRecordAndTheLargestBatchAreTakenAndWhatIsLargerIsRefused() {
    var largest = new byte[RecordLog.MAX_RECORD_SIZE];
    var directory = new MemoryDirectory();
    try (var log = RecordLog.open(directory, "large")) {
      assertThrows(RecordTooLargeException.class, () -> log.append(new byte[RecordLog.MAX_RECORD_SIZE + 1]));
      var tooLarge = List.of(largest, largest, largest, largest);
      assertThrows(RecordTooLargeException.class, () -> log.appendBatch(tooLarge));
      assertEquals(0, log.append(largest));
      var last = new byte[RecordLog.MAX_BATCH_SIZE - 3 * largest.length - 4 * Integer.BYTES];
      last[last.length - 1] = 7;
      assertEquals(5, log.appendBatch(List.of(largest, largest, largest, last)).end());
      assertArrayEquals(last, log.records().get(4));
    }
    try (var log = RecordLog.openReadOnly(directory, "large")) {
      assertEquals(5, log.nextId());
    }
  }

  @Test
  void anEmptyBatchWritesNothing() throws IOException {
    try (var log = RecordLog.open(file())) {
      log.append(bytes("x"));
      var before = Files.readAllBytes(file());
      assertEquals(new IdRange(1, 1), log.appendBatch(List.of()));
      assertArrayEquals(before, Files.readAllBytes(file()));
    }
  }

  @Test
  void openingAndClosingWithoutAppendingChangesNoByte() throws IOException {
    try (var log = RecordLog.open(file())) {
      log.append(bytes("x"));
    }
    var before = Files.readAllBytes(file());
    RecordLog.open(file()).close();
    assertArrayEquals(before, Files.readAllBytes(file()));
  }

  @Test
  void whoIsHandedARecordMayUseTheLogButNotWriteIntoTheRecord() {
    try (var log = RecordLog.open(file())) {
      log.appendBatch(bytes(List.of("a", "b")));
      var seen = new ArrayList<Long>();
      log.forEach((id, payload) -> {
        seen.add(id);
        assertThrows(ReadOnlyBufferException.class, () -> payload.put(0, (byte) 0));
        log.append(new byte[3000]);
      });
      assertEquals(List.of(0L, 1L), seen, "the records there were");
      assertEquals(4, log.nextId());
    }
  }

  @Test
  void manyThreadsMayAppend() throws Exception {
    try (var log = RecordLog.open(new MemoryDirectory(), "log");
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Long>>();
      for (var i = 0; i < 200; i++) {
        var record = bytes("record " + i);
        tasks.add(() -> log.append(record));
      }
      var results = executor.invokeAll(tasks);
      var found = Records.of(log);
      assertEquals(200, found.size());
      for (var i = 0; i < 200; i++) {
        assertEquals("record " + i, found.get(results.get(i).get().intValue()));
      }
    }
  }

  @Test
  void anInterruptNeitherFailsAnAppendNorIsLost() {
    try (var log = RecordLog.open(file())) {
      Thread.currentThread().interrupt();
      assertEquals(0, log.append(bytes("x")));
      assertTrue(Thread.interrupted());
      assertEquals(List.of("x"), Records.of(log));
    }
  }

  // ---- opening and closing

  @Test
  void directoriesThatAreMissingAreCreated() {
    var deep = temporary.resolve("a/b/settings.log");
    try (var log = RecordLog.open(deep)) {
      log.append(bytes("x"));
    }
    try (var log = RecordLog.openReadOnly(deep)) {
      assertEquals(List.of("x"), Records.of(log));
    }
  }

  @Test
  void throughALinkTheFileItLeadsToIsReplaced() throws IOException {
    var real = temporary.resolve("elsewhere/real.log");
    RecordLog.open(real).close();
    Files.createSymbolicLink(file(), real);
    try (var log = RecordLog.open(file())) {
      log.append(new byte[10_000]);
    }
    assertTrue(Files.isSymbolicLink(file()));
    try (var log = RecordLog.openReadOnly(real)) {
      assertEquals(1, log.nextId());
    }
  }

  @Test
  void aSecondWriterIsRefusedAndToldWhoTheFirstIs() {
    try (var log = RecordLog.open(file())) {
      var e = assertThrows(WalLockedException.class, () -> RecordLog.open(temporary.resolve("x/../settings.log")));
      assertTrue(String.valueOf(e.getMessage()).contains("pid=" + ProcessHandle.current().pid()), e.getMessage());
      assertEquals(0, log.append(bytes("x")), "the holder is not disturbed");
    }
    RecordLog.open(file()).close();
  }

  @Test
  void severalLogsLiveInOneDirectory() {
    try (var one = RecordLog.open(file()); var other = RecordLog.open(temporary.resolve("other"))) {
      one.append(bytes("one"));
      other.append(bytes("other"));
      assertEquals(List.of("one"), Records.of(one));
      assertEquals(List.of("other"), Records.of(other));
    }
  }

  @Test
  void aClosedLogSaysSoAndClosingTwiceIsNoMistake() {
    var log = RecordLog.open(file());
    log.close();
    log.close();
    assertThrows(WalClosedException.class, () -> log.append(bytes("x")));
    assertThrows(WalClosedException.class, log::nextId);
    assertThrows(WalClosedException.class, log::records);
    var reader = RecordLog.openReadOnly(file());
    reader.close();
    assertThrows(WalClosedException.class, reader::records);
  }

  @Test
  void aLogOpenForReadingRefusesAppendsAndChangesAndCreatesNothing() throws IOException {
    try (var log = RecordLog.open(file())) {
      log.append(bytes("x"));
    }
    Files.delete(temporary.resolve("settings.log.lock"));
    Files.delete(temporary.resolve("settings.log.owner"));
    var before = Files.readAllBytes(file());
    try (var log = RecordLog.openReadOnly(file())) {
      assertThrows(UnsupportedOperationException.class, () -> log.append(bytes("x")));
      assertThrows(UnsupportedOperationException.class, () -> log.appendBatch(bytes(List.of("x"))));
      assertEquals(List.of("x"), Records.of(log));
    }
    assertArrayEquals(before, Files.readAllBytes(file()));
    try (var files = Files.list(temporary)) {
      assertEquals(List.of(file()), files.toList());
    }
  }

  @Test
  void whatIsNotThereCannotBeOpenedForReading() {
    assertThrows(IllegalArgumentException.class, () -> RecordLog.openReadOnly(file()));
    assertThrows(IllegalArgumentException.class, () -> RecordLog.openReadOnly(temporary.resolve("no/settings.log")));
    assertFalse(Files.exists(temporary.resolve("no")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a.lock", "a.owner", "a.rewrite"})
  void namesThatLeadElsewhereOrToWhatLiesBesideALogAreRefused(String name) {
    var directory = new MemoryDirectory();
    assertThrows(IllegalArgumentException.class, () -> RecordLog.open(directory, name));
  }

  // ---- other files

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "colour=blue\n", "HOLDFAS", "a text that is longer than the header of a record log, which "
          + "is 128 bytes long: if it were shorter, there could be nothing to say about its bytes"})
  void aFileThatIsSomethingElseIsRefusedAndLeftAlone(String content) throws IOException {
    var other = content.equals("HOLDFAS") ? content + "HION is a word that does not exist" : content;
    Files.writeString(file(), other);
    assertThrows(IllegalArgumentException.class, () -> RecordLog.open(file()));
    assertThrows(IllegalArgumentException.class, () -> RecordLog.openReadOnly(file()));
    assertEquals(other, Files.readString(file()));
    try (var files = Files.list(temporary)) {
      assertEquals(List.of(file()), files.toList());
    }
  }

  @Test
  void aSegmentOfAStreamIsNoRecordLogAndTheOtherWayRound() throws IOException {
    try (var wal = Wal.open(temporary.resolve("wal"))) {
      wal.stream("s").append(bytes("x"));
    }
    var segment = temporary.resolve("wal/streams/s/00000000000000000000.seg");
    var before = Files.readAllBytes(segment);
    var e = assertThrows(IllegalArgumentException.class, () -> RecordLog.open(segment));
    assertTrue(String.valueOf(e.getMessage()).contains("segment of a stream"), e.getMessage());
    assertArrayEquals(before, Files.readAllBytes(segment));
  }

  // ---- the format

  @Test
  void theFileIsLaidOutAsTheFormatSays() throws IOException {
    try (var log = RecordLog.open(file())) {
      log.append(bytes("created"));
      log.appendBatch(bytes(List.of("a", "bc")));
    }
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file())).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(8192, bytes.limit());
    assertEquals(0xcbf29ce484222325L, bytes.getLong(24), "name hash");
    assertEquals(1, bytes.getLong(48), "epoch");
    assertEquals(8192, bytes.getLong(64), "size when prepared");
    assertEquals(7, bytes.getInt(192 + 4), "length of the first record");
    assertEquals(1, bytes.get(192 + 28), "a record");
    assertEquals(2, bytes.get(232 + 28), "a batch");
    assertEquals(0, bytes.getLong(280), "zeros");
    assertEquals(3, bytes.getLong(4096 + 8), "sequence of the first slot");
    assertEquals(1, bytes.getLong(4096 + 24), "its watermark, after the first append");
    assertEquals(4, bytes.getLong(4096 + 2048 + 8), "sequence of the second slot");
    assertEquals(1, bytes.getLong(4096 + 2048 + 16), "its epoch");
    assertEquals(3, bytes.getLong(4096 + 2048 + 24), "its watermark, after the batch");
    assertEquals(bytes.getLong(32), bytes.getLong(4096 + 2048 + 56), "stream id");
  }

  @Test
  void aStrictReplayOfWhatWasClosedIsLikeAnyOther() {
    try (var log = RecordLog.open(file())) {
      log.append(bytes("x"));
      var found = new ArrayList<String>();
      Records.replay(log, ReplayMode.STRICT, found);
      assertEquals(List.of("x"), found);
    }
    try (var log = RecordLog.openReadOnly(file())) {
      var found = new ArrayList<String>();
      Records.replay(log, ReplayMode.STRICT, found);
      assertEquals(List.of("x"), found);
    }
  }
}
