package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordLog;
import dev.holdfast.ReplayMode;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.internal.recordlog.OpenRecordLog;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.storage.OutOfSpaceException;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has once gone wrong with record logs, whatever the file system. */
class KnownRecordLogFailuresTest {
  private static final String NAME = "log";

  // ---- beside a writer

  @Test
  void aLargeRecordThatWasBeingWrittenHidTheOneAcknowledgedBefore() throws IOException {
    var directory = new MemoryDirectory();
    try (var log = RecordLog.open(directory, NAME); var reader = RecordLog.openReadOnly(directory, NAME)) {
      log.append(new byte[5000]); // so that there is room
      log.append(bytes("acknowledged"));
      var half = new byte[3000];
      Arrays.fill(half, (byte) 7);
      try (var file = directory.open(NAME, Access.READ_WRITE)) {
        file.write(ByteBuffer.wrap(half), 192 + 5032 + 48); // where the next one goes
      }
      var found = new ArrayList<byte[]>();
      reader.replay(ReplayMode.STRICT, (_, payload) -> found.add(new byte[payload.remaining()]));
      assertEquals(2, found.size());
    }
  }

  @Test
  void aReaderWasShownARecordThatAPowerCutDuringAnOpeningTookAway() {
    var disk = new SimulatedDisk();
    var log = RecordLog.open(disk.root(), NAME);
    log.append(bytes("one"));
    disk.inject(Fault.on(OperationKind.FORCE).keepingCache());
    assertThrows(StreamFailedException.class, () -> log.append(bytes("two")));
    var next = disk.killProcess(); // "two" is in the cache alone
    var looks = new ArrayList<List<List<String>>>();
    next.inject(Fault.on(OperationKind.SYNC_DIRECTORY).forever().delayedBy(() -> looks.add(shownAndKept(next))));
    try (var again = RecordLog.open(next.root(), NAME)) {
      assertEquals(List.of("one", "two"), Records.of(again));
      next.clearFaults();
      var look = shownAndKept(next);
      assertEquals(List.of("one", "two"), look.getFirst());
      looks.add(look);
    }
    assertTrue(looks.size() >= 3, looks::toString);
    for (var look : looks) {
      var shown = look.getFirst();
      assertEquals(shown, look.getLast().stream().limit(shown.size()).toList(), looks::toString);
    }
  }

  /** Returns what a reader is shown now, and what is there if the power is cut at once. */
  private static List<List<String>> shownAndKept(SimulatedDisk disk) {
    List<String> shown;
    try (var reader = RecordLog.openReadOnly(disk.root(), NAME)) {
      shown = Records.of(reader);
    }
    try (var kept = RecordLog.open(disk.imageAfter(Crash.DROP_ALL_UNSYNCED).root(), NAME)) {
      return List.of(shown, Records.of(kept));
    }
  }

  // ---- after errors

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterARenameThatHappenedButWasReportedAsFailedTheFileWasCalledDamagedAndStayedOpen(boolean full)
      throws IOException {
    var tricky = new TrickyDirectory(new MemoryDirectory());
    var log = RecordLog.open(tricky.directory(), NAME);
    log.append(bytes("one"));
    tricky.failNextRename(full ? new OutOfSpaceException("full") : new IOException("reported"));
    assertThrows(StreamFailedException.class, () -> log.append(new byte[10_000]));
    assertEquals(List.of("one"), Records.of(log));
    log.close();
    assertEquals(0, tricky.openFiles());
    try (var again = RecordLog.open(tricky.directory(), NAME)) {
      assertEquals(List.of("one"), Records.of(again));
    }
  }

  @Test
  void theMarkThatAKilledProcessLeftInTheCacheWasTakenForDurable() throws IOException {
    var disk = new SimulatedDisk();
    RecordLog.open(disk.root(), NAME).append(bytes("one"));
    var next = disk.killProcess();
    RecordLog.open(next.root(), NAME).close();
    var last = next.crash(Crash.DROP_ALL_UNSYNCED).root();
    var before = last.read(NAME, 1 << 20);
    RecordLog.open(last, NAME).close();
    assertArrayEquals(before, last.read(NAME, 1 << 20), "replaced, because nothing proved the record durable");
  }

  @Test
  void aFullDiskAtTheCreationOfDirectoriesWasAnErrorOfStorage() {
    assertInstanceOf(StorageFullException.class, OpenRecordLog.failure(NAME, new OutOfSpaceException("full")));
    assertFalse(OpenRecordLog.failure(NAME, new IOException("broken")) instanceof StorageFullException);
  }

  @Test
  void whatACrashLeftOfTheNoteOfTheOwnerStayedForEver() throws IOException {
    var directory = new MemoryDirectory();
    directory.create(NAME + ".owner.tmp", 0).close();
    RecordLog.open(directory, NAME).close();
    assertEquals(List.of(NAME, NAME + ".lock", NAME + ".owner"), directory.list());
    assertThrows(IllegalArgumentException.class, () -> RecordLog.open(directory, NAME + ".owner.tmp"));
  }

  // ---- other files

  @ParameterizedTest
  @ValueSource(strings = {"HOLDFMT1", "HOLDSTAT", "HOLDSNAP", "HOLDRING"})
  void anotherFileOfHoldfastWasCalledADamagedRecordLog(String magic) throws IOException {
    isNoRecordLog(Structures.with(magic), magic);
    var damaged = Structures.with(magic);
    damaged[100] ^= 1;
    isNoRecordLog(damaged, magic);
  }

  @Test
  void aStructureWithAnUnknownMagicWasCalledADamagedRecordLog() throws IOException {
    isNoRecordLog(Structures.with("HOLDNEWS"), "HOLDNEWS");
  }

  @Test
  void aDamagedSegmentOfAStreamWasCalledADamagedRecordLog() throws IOException {
    var segment = Structures.with("HOLDFAST");
    segment[64] ^= 1;
    isNoRecordLog(segment, "segment");
  }

  private static void isNoRecordLog(byte[] content, String what) throws IOException {
    var directory = new MemoryDirectory();
    try (var file = directory.create(NAME, 0)) {
      file.write(ByteBuffer.wrap(content), 0);
    }
    for (var attempt : List.<Runnable>of(() -> RecordLog.open(directory, NAME),
        () -> RecordLog.openReadOnly(directory, NAME))) {
      var e = assertThrows(IllegalArgumentException.class, attempt::run);
      assertTrue(String.valueOf(e.getMessage()).contains("not a record log")
          && String.valueOf(e.getMessage()).contains(what), e.getMessage());
    }
    assertArrayEquals(content, directory.read(NAME, 1 << 20));
    assertEquals(List.of(NAME), directory.list());
  }
}
