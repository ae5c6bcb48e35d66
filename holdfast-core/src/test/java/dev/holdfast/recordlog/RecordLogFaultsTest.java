package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordLog;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors of storage at every operation: what was acknowledged stays, what failed is told, nothing comes back. */
class RecordLogFaultsTest {
  private static final String NAME = "log";
  private static final List<String> RECORDS = Records.some(14, 900);

  /**
   * What one run came to.
   *
   * @param acknowledged the records appended
   * @param unknown the record whose append failed for good, which may be there or not
   */
  private record Outcome(List<String> acknowledged, List<String> unknown) {
    boolean allows(List<String> found) {
      var more = new ArrayList<>(acknowledged);
      more.addAll(unknown);
      return found.equals(acknowledged) || found.equals(more);
    }
  }

  private static int count(OperationKind kind) {
    var disk = new SimulatedDisk();
    var count = new int[1];
    disk.onOperation(operation -> count[0] += operation.kind() == kind ? 1 : 0);
    run(disk);
    return count[0];
  }

  /** Appends until it fails for good; a full disk does not count. */
  private static Outcome run(SimulatedDisk disk) {
    var acknowledged = new ArrayList<String>();
    var unknown = new ArrayList<String>();
    try {
      var log = RecordLog.open(disk.root(), NAME);
      for (var record : RECORDS) {
        try {
          log.append(bytes(record));
          acknowledged.add(record);
        } catch (StorageFullException e) {
          assertEquals(acknowledged, Records.of(log), "a full disk: " + e.getMessage());
        } catch (StreamFailedException e) {
          unknown.add(record);
          assertSame(e.getCause(), assertThrows(StreamFailedException.class, () -> log.append(bytes("x"))).getCause());
          assertEquals(acknowledged, Records.of(log), "what is durable stays readable");
          break;
        }
      }
      log.close();
    } catch (WalIOException | StorageFullException e) {
      assertEquals(List.of(), acknowledged, "opening: " + e.getMessage());
    } catch (StreamFailedException e) {
      assertTrue(unknown.isEmpty(), "closing: " + e.getMessage());
    }
    return new Outcome(acknowledged, unknown);
  }

  private static void failEach(OperationKind kind, UnaryOperator<Fault> how) {
    var operations = count(kind);
    assertTrue(operations > 1, () -> "no " + kind);
    for (var n = 1; n <= operations; n++) {
      var disk = new SimulatedDisk();
      disk.inject(how.apply(Fault.on(kind).nth(n)));
      var what = kind + " " + n;
      var outcome = run(disk);
      check(disk.crash(Crash.DROP_ALL_UNSYNCED), outcome, what + ", power lost");
      check(disk.crash(Crash.random(n)), outcome, what + ", power lost, something kept");
      check(disk.killProcess(), outcome, what);
    }
  }

  /** Opens what is found, appends, loses the power, and opens once more. */
  private static void check(SimulatedDisk disk, Outcome outcome, String what) {
    List<String> found;
    try (var log = RecordLog.open(disk.root(), NAME)) {
      found = Records.of(log);
      assertTrue(outcome.allows(found), () -> what + ": found " + found + ", not " + outcome);
      log.append(bytes("afterwards"));
    } catch (WalException e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
    var expected = new ArrayList<>(found);
    expected.add("afterwards");
    try (var log = RecordLog.open(disk.crash(Crash.DROP_ALL_UNSYNCED).root(), NAME)) {
      assertEquals(expected, Records.of(log), what);
    }
  }

  // ---- the sweeps

  @ParameterizedTest
  @EnumSource(names = {"CREATE", "WRITE", "FORCE", "RENAME", "SYNC_DIRECTORY", "DELETE"})
  void anErrorOfStorageIsFinalAndNothingAcknowledgedIsLost(OperationKind kind) {
    if (kind == OperationKind.DELETE) { // there is one only where something has been left
      assertEquals(0, count(kind));
      return;
    }
    failEach(kind, fault -> fault);
  }

  @Test
  void aSyncThatLosesTheCacheIsFinalAndNothingAcknowledgedIsLost() {
    failEach(OperationKind.FORCE, Fault::losingCache);
  }

  @Test
  void halfAWriteIsFinalAndNothingAcknowledgedIsLost() {
    failEach(OperationKind.WRITE, fault -> fault.after(500));
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE", "WRITE", "FORCE", "RENAME"})
  void aLackOfSpaceIsToldAndNothingAcknowledgedIsLost(OperationKind kind) {
    failEach(kind, Fault::outOfSpace);
  }

  @Test
  void aLackOfSpaceInTheMiddleOfAWriteIsToldAndTheRecordDoesNotComeBack() {
    failEach(OperationKind.WRITE, fault -> fault.outOfSpace().after(933));
  }

  // ---- single cases

  @Test
  void onAFullDiskAppendsFailUntilThereIsSpaceAgain() {
    var directory = MemoryDirectory.withCapacity(10_000);
    try (var log = RecordLog.open(directory, NAME)) {
      var appended = new ArrayList<String>();
      for (var record : RECORDS) {
        try {
          log.append(bytes(record));
          appended.add(record);
        } catch (StorageFullException e) {
          assertEquals(appended, Records.of(log), e.getMessage());
        }
      }
      assertEquals(RECORDS.subList(0, 4), appended, "what fits into the first file");
      log.append(bytes("short"));
      directory.setCapacity(1 << 20);
      log.append(bytes(RECORDS.get(4)));
      assertEquals(6, Records.of(log).size());
    }
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(6, log.nextId());
    }
  }

  @Test
  void whatWasWrittenOfARecordThatFoundNoSpaceIsNotThereAfterAKill() {
    var disk = new SimulatedDisk();
    var log = RecordLog.open(disk.root(), NAME);
    log.append(bytes("one"));
    disk.inject(Fault.on(OperationKind.WRITE).outOfSpace().after(1000));
    assertThrows(StorageFullException.class, () -> log.append(bytes("two")));
    try (var next = RecordLog.open(disk.killProcess().root(), NAME)) {
      assertEquals(List.of("one"), Records.of(next));
      assertEquals(1, next.append(bytes("other")));
      assertEquals(List.of("one", "other"), Records.of(next));
    }
  }

  @Test
  void whatAFailedSyncLeftInTheCacheIsWrittenAnewBeforeItCounts() {
    var disk = new SimulatedDisk();
    var log = RecordLog.open(disk.root(), NAME);
    log.append(bytes("one"));
    disk.inject(Fault.on(OperationKind.FORCE).keepingCache());
    assertThrows(StreamFailedException.class, () -> log.append(bytes("two")));
    var next = disk.killProcess();
    var again = RecordLog.open(next.root(), NAME);
    var found = Records.of(again);
    assertEquals(List.of("one", "two"), found, "it was read, so it is promised");
    try (var last = RecordLog.open(next.crash(Crash.DROP_ALL_UNSYNCED).root(), NAME)) {
      assertEquals(found, Records.of(last));
    }
  }

  /** The file is clean, so opening does not replace it; and what notes who opens it, which syncs names, too, fails. */
  @Test
  void thatTheFormerProcessHasReplacedTheFileIsMadeDurableBeforeAnythingIsAcknowledged() {
    var disk = new SimulatedDisk();
    var log = RecordLog.open(disk.root(), NAME);
    log.append(bytes("one"));
    disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY));
    assertThrows(StreamFailedException.class, () -> log.append(new byte[5000]));
    var next = disk.killProcess();
    next.inject(Fault.on(OperationKind.CREATE).in(".owner").outOfSpace());
    RecordLog.open(next.root(), NAME).append(bytes("two"));
    try (var last = RecordLog.open(next.crash(Crash.DROP_ALL_UNSYNCED).root(), NAME)) {
      assertEquals(List.of("one", "two"), Records.of(last));
    }
  }
}
