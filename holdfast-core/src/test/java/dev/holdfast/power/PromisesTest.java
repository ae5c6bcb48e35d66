package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalLockedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ten promises of the log, one by one. {@code docs/TESTING.md} lists what was broken in the engine to see that each
 * of these tests fails when its promise is not kept.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PromisesTest {
  private static final String A = "a";
  private static final WalOptions STRICT = options().maxSegmentSize(4096).build();
  private static final WalOptions ASYNC = STRICT.toBuilder().syncPolicy(SyncPolicy.ASYNC).build();
  private static final int HEADER = 128;
  private static final int DATA_START = HEADER + 64;

  private final SimulatedDisk disk = new SimulatedDisk();

  private Session begin(WalOptions options) {
    return Session.begin(disk, new Expectations(), options);
  }

  private static void check(SimulatedDisk image, Session session, boolean powerLost) {
    Session.recover(image, session.expected().copy(), STRICT, powerLost).close();
  }

  // ---- 1

  @Test
  void promise1_underStrictWhatReturnedSurvivesAPowerLoss() {
    var session = begin(STRICT);
    for (var i = 0; i < 12; i++) {
      session.append(i % 4 == 3 ? "b" + i : A, 700);
      check(disk.imageAfter(Crash.DROP_ALL_UNSYNCED), session, true);
      session.batch(A, 3, 300);
      check(disk.imageAfter(Crash.DROP_ALL_UNSYNCED), session, true);
    }
    for (var i = 0; i < 30; i++) {
      session.appendAsync(A, 300);
    }
    session.join();
    check(disk.imageAfter(Crash.DROP_ALL_UNSYNCED), session, true);
    session.close();
  }

  @Test
  void promise1_underEveryPolicyWhatReturnedSurvivesTheProcess() {
    for (var policy : List.of(SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(4))) {
      var fresh = new SimulatedDisk();
      var session = Session.begin(fresh, new Expectations(), STRICT.toBuilder().syncPolicy(policy).build());
      for (var i = 0; i < 12; i++) {
        session.append(A, 700);
        check(fresh.imageAfterKill(), session, false);
      }
      session.close();
      check(fresh.crash(Crash.DROP_ALL_UNSYNCED), session, true);
    }
  }

  @Test
  void promise1_anAppendReturnsOnlyWhenEveryEarlierOneIsKept() {
    var session = begin(STRICT.toBuilder().maxSegmentSize(1 << 20).build());
    session.append(A, 10);
    var stream = session.stream(A);
    var completed = Collections.synchronizedList(new ArrayList<Long>());
    var futures = new ArrayList<CompletableFuture<?>>();
    for (var i = 0; i < 200; i++) {
      futures.add(stream.appendAsync(Session.payload(200)).thenAccept(id -> {
        completed.add(id);
        if (stream.durableEnd() <= id) {
          throw new AssertionError(id + " is acknowledged, durable is what is below " + stream.durableEnd());
        }
      }));
    }
    futures.forEach(CompletableFuture::join);
    assertEquals(200, completed.size());
    session.abandon();
  }

  // ---- 2

  @Test
  void promise2_whatIsFoundIsAPrefix() {
    for (var seed = 0; seed < 60; seed++) {
      var fresh = new SimulatedDisk();
      var session = Session.begin(fresh, new Expectations(), ASYNC);
      for (var i = 0; i < 9; i++) {
        session.append(A, 100 + (seed * 7 + i * 131) % 900);
        if (i == 3) {
          session.sync(A);
        }
      }
      check(fresh.crash(Crash.random(seed)), session, true);
      session.abandon();
    }
  }

  @Test
  void promise2_whatWasCutOffByRecoveryNeverComesBack() {
    // Records 1 to 3 reach the disk but for the first sector of 1. The new 1 is as long as the lost one, so that the
    // old 2 and 3 would continue it if anything but what recovery does kept them from it.
    var session = begin(ASYNC);
    session.append(A, 400);
    session.sync(A);
    for (var i = 0; i < 3; i++) {
      session.append(A, 1000);
    }
    for (var seed = 0; seed < 100; seed++) {
      var image = disk.imageAfter(Crash.random(seed));
      var again = Session.recover(image, session.expected().copy(), STRICT, true);
      again.append(A, 1000);
      check(image.crash(Crash.DROP_ALL_UNSYNCED), again, true);
      again.abandon();
    }
    session.abandon();
  }

  // ---- 3

  @Test
  void promise3_aBatchIsFoundWholeOrNotAtAll() {
    for (var seed = 0; seed < 60; seed++) {
      var fresh = new SimulatedDisk();
      var session = Session.begin(fresh, new Expectations(), ASYNC);
      session.append(A, 100);
      session.batch(A, 7, 250);
      session.batch(A, 2, 250);
      session.batch(A, 3, 2500); // larger than a segment
      check(fresh.crash(Crash.random(seed)), session, true);
      session.abandon();
    }
  }

  @Test
  void promise3_aBatchNeverSpansSegments() {
    var session = begin(STRICT);
    session.append(A, 2500);
    session.batch(A, 4, 500);
    session.batch(A, 3, 5000);
    var starts = session.stream(A).segments().stream().map(segment -> segment.ids().start()).toList();
    assertEquals(List.of(0L, 1L, 5L), starts);
    session.close();
  }

  @Test
  void promise3_aBatchOverTheLimitIsRefusedBeforeAByteIsWritten() {
    var session = begin(STRICT.toBuilder().maxBatchSize(1000).maxRecordSize(900).build());
    session.append(A, 10);
    var before = disk.operations();
    var stream = session.stream(A);
    assertThrows(RecordTooLargeException.class, () -> stream.appendBatch(List.of(new byte[500], new byte[493])));
    assertThrows(RecordTooLargeException.class, () -> stream.append(new byte[901]));
    assertEquals(before, disk.operations());
    session.append(A, 10);
    session.close();
  }

  // ---- 4

  @Test
  void promise4_idsGoOnWhateverWasTruncatedOrLost() {
    var session = begin(STRICT);
    for (var i = 0; i < 9; i++) {
      session.append(A, 900);
    }
    session.truncateBefore(A, 9);
    check(disk.imageAfter(Crash.DROP_ALL_UNSYNCED), session, true);
    session.reopen();
    session.truncateBefore(A, 9);
    var image = disk.crash(Crash.DROP_ALL_UNSYNCED);
    session.abandon();
    var again = Session.recover(image, session.expected(), STRICT, true);
    again.append(A, 10);
    assertTrue(again.stream(A).get(9).isPresent());
    again.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void promise4_truncateFromLeavesEitherHistoryNeverAMix(boolean strict) {
    var session = begin(strict ? STRICT : ASYNC);
    for (var i = 0; i < 8; i++) {
      session.append(A, 900);
    }
    var images = new ArrayList<SimulatedDisk>();
    var promises = new ArrayList<Expectations>();
    disk.onOperation(_ -> {
      images.add(disk.imageAfterKill());
      promises.add(session.expected().copy());
    });
    session.truncateFrom(A, 2);
    session.append(A, 900);
    session.append(A, 900);
    disk.onOperation(_ -> {});
    for (var i = 0; i < images.size(); i++) {
      for (var crash : List.of(Crash.DROP_ALL_UNSYNCED, Crash.KEEP_ALL, Crash.random(i), Crash.random(-i))) {
        var image = images.get(i).imageAfter(crash);
        var again = Session.recover(image, promises.get(i).copy(), STRICT, true);
        again.append(A, 900);
        check(image.crash(Crash.DROP_ALL_UNSYNCED), again, true);
        again.abandon();
      }
    }
    session.close();
  }

  // ---- 5

  @Test
  void promise5_aTornTailIsNotCorruptionAndCorruptionIsNotATornTail() throws IOException {
    var session = begin(STRICT.toBuilder().maxSegmentSize(1 << 16).build());
    for (var i = 0; i < 6; i++) {
      session.append(A, 500);
    }
    var durable = disk.imageAfter(Crash.DROP_ALL_UNSYNCED);
    var torn = 0;
    session.abandon();
    for (var record = 0; record < 6; record++) {
      var image = durable.imageAfterKill();
      flip(image, DATA_START + record * 536L + 100);
      try {
        var again = Wal.open(image.root(), STRICT);
        assertThrows(CorruptionException.class, () -> again.stream(A), "record " + record + " was durable");
        again.close();
      } catch (AssertionError e) {
        // Nothing later proves that the very last records had been durable.
        torn++;
        assertTrue(record >= 4, e::getMessage);
      }
    }
    assertTrue(torn <= 2);
  }

  @Test
  void promise5_aRecordThatHoldsFramesOfAnotherLogProvesNothing() throws IOException {
    var other = new SimulatedDisk();
    var writer = Session.begin(other, new Expectations(), STRICT.toBuilder().maxSegmentSize(1 << 16).build());
    for (var i = 0; i < 40; i++) {
      writer.append(A, 30);
    }
    var frames = ByteBuffer.allocate(2800);
    try (var file = other.root().subdirectory("streams").subdirectory(A).open("00000000000000000000.seg",
        Access.READ)) {
      file.read(frames, DATA_START);
    }
    writer.abandon();
    var session = begin(ASYNC);
    session.append(A, 100);
    session.sync(A);
    session.append(A, frames.array());
    for (var seed = 0; seed < 60; seed++) {
      check(disk.imageAfter(Crash.random(seed)), session, true);
    }
    session.abandon();
  }

  private static void flip(SimulatedDisk disk, long at) throws IOException {
    var directory = disk.root().subdirectory("streams").subdirectory(A);
    try (var file = directory.open("00000000000000000000.seg", Access.READ_WRITE)) {
      var one = ByteBuffer.allocate(1);
      file.read(one, at);
      file.write(ByteBuffer.wrap(new byte[]{(byte) (one.get(0) ^ 0x10)}), at);
      file.force();
    }
  }

  // ---- 6

  @Test
  void promise6_aFailedSyncIsFinal() {
    for (var full : new boolean[]{false, true}) {
      for (var lost : new boolean[]{false, true}) {
        var failing = new SimulatedDisk();
        var session = Session.begin(failing, new Expectations(), STRICT);
        session.append(A, 100);
        var fault = Fault.on(OperationKind.FORCE).in(".seg");
        fault = full ? fault.outOfSpace() : fault;
        failing.inject(lost ? fault.losingCache() : fault.keepingCache());
        var waiting = new ArrayList<CompletableFuture<Long>>();
        for (var i = 0; i < 20; i++) {
          waiting.add(session.stream(A).appendAsync(new byte[50]));
        }
        var causes = new ArrayList<Throwable>();
        for (var each : waiting) {
          var told = assertThrows(CompletionException.class, each::join).getCause();
          causes.add(assertThrows(StreamFailedException.class, () -> {
            throw told;
          }).getCause());
        }
        causes.add(assertThrows(StreamFailedException.class, () -> session.stream(A).append(new byte[1])).getCause());
        causes.add(assertThrows(StreamFailedException.class, () -> session.stream(A).sync()).getCause());
        assertEquals(1, causes.stream().distinct().count());
        assertTrue(session.stream(A).get(0).isPresent(), "what is durable stays readable");
        assertEquals(1, session.stream(A).nextId());
        session.abandon();
      }
    }
  }

  @Test
  void promise6_recordsAcknowledgedButNotReadableThrow() {
    var session = begin(ASYNC);
    session.append(A, 100);
    session.sync(A);
    session.append(A, 100);
    disk.inject(Fault.on(OperationKind.FORCE).in(".seg").losingCache());
    var stream = session.stream(A);
    assertThrows(StreamFailedException.class, stream::sync);
    assertTrue(stream.get(0).isPresent());
    assertThrows(StreamFailedException.class, () -> stream.get(1));
    assertTrue(stream.get(2).isEmpty());
    session.abandon();
  }

  @Test
  void promise6_whatIsAcknowledgedAfterReopeningIsNotBuiltOnWhatAFailedSyncHasLost() {
    var session = begin(ASYNC);
    for (var i = 0; i < 4; i++) {
      session.append(A, 700);
    }
    disk.inject(Fault.on(OperationKind.FORCE).in(".seg").keepingCache());
    assertThrows(StreamFailedException.class, () -> session.sync(A));
    var next = disk.killProcess();
    session.abandon();
    var again = Session.recover(next, session.expected(), STRICT, true);
    assertEquals(4, again.stream(A).durableEnd());
    check(next.imageAfter(Crash.DROP_ALL_UNSYNCED), again, true);
    again.append(A, 100);
    check(next.crash(Crash.DROP_ALL_UNSYNCED), again, true);
    again.abandon();
  }

  // ---- 7

  @Test
  void promise7_aFullDiskIsClean() {
    for (var free = 0; free < 9000; free += 500) {
      var full = new SimulatedDisk();
      var session = Session.begin(full, new Expectations(), STRICT);
      session.append(A, 100);
      full.setCapacity(full.usedSpace() + free);
      assertThrows(StorageFullException.class, () -> {
        for (var i = 0; i < 20; i++) {
          session.append(A, 1100);
        }
      });
      session.readAll();
      full.setCapacity(Long.MAX_VALUE);
      check(full.imageAfter(Crash.KEEP_ALL), session, true);
      session.append(A, 1100);
      session.readAll();
      check(full.crash(Crash.DROP_ALL_UNSYNCED), session, true);
      session.abandon();
    }
  }

  @Test
  void promise7_whatDidNotFitDoesNotComeBack() {
    for (var written = 0; written <= 400; written += 40) {
      var full = new SimulatedDisk();
      var session = Session.begin(full, new Expectations(), STRICT);
      session.append(A, 100);
      full.inject(Fault.on(OperationKind.WRITE).in(".seg").outOfSpace().after(written));
      assertThrows(StorageFullException.class, () -> session.append(A, 200));
      check(full.imageAfter(Crash.KEEP_ALL), session, true);
      check(full.imageAfterKill(), session, false);
      session.append(A, 50);
      session.readAll();
      check(full.crash(Crash.KEEP_ALL), session, true);
      session.abandon();
    }
  }

  @Test
  void promise7_nothingOfAGroupThatDidNotFitComesBack() {
    // The first append's sync is when three more are staged, which are then written as one. All of their bytes reach
    // the disk before the error; a record as long as the first of them must not be continued by the other two.
    var session = begin(STRICT.toBuilder().maxSegmentSize(1 << 16).build());
    session.append(A, 100);
    var stream = session.stream(A);
    var futures = new ArrayList<CompletableFuture<Long>>();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.FORCE && futures.isEmpty()) {
        for (var i = 0; i < 3; i++) {
          futures.add(stream.appendAsync(Session.payload(200)));
        }
        disk.inject(Fault.on(OperationKind.WRITE).in(".seg").outOfSpace().after(1 << 16));
      }
    });
    session.append(A, 100);
    for (var each : futures) {
      var told = assertThrows(CompletionException.class, each::join).getCause();
      assertInstanceOf(StorageFullException.class, told);
    }
    check(disk.imageAfter(Crash.KEEP_ALL), session, true);
    session.append(A, 200);
    session.readAll();
    check(disk.imageAfter(Crash.KEEP_ALL), session, true);
    check(disk.imageAfter(Crash.DROP_ALL_UNSYNCED), session, true);
    session.close();
  }

  @Test
  void promise7_spaceIsReservedBeforeASegmentIsUsed() {
    var reserved = new ArrayList<String>();
    var forced = new ArrayList<String>();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.FORCE) {
        forced.add(operation.path());
      }
      if (operation.kind() == OperationKind.RENAME && operation.path().endsWith(".tmp")
          && operation.path().contains("/streams/")) {
        reserved.add(operation.path());
        if (!forced.contains(operation.path())) {
          reserved.add("not synced: " + operation.path());
        }
      }
    });
    var session = begin(STRICT);
    for (var i = 0; i < 10; i++) {
      session.append(A, 1500);
    }
    session.close();
    assertTrue(reserved.size() > 3);
    assertTrue(reserved.stream().noneMatch(path -> path.startsWith("not")), reserved::toString);
  }

  // ---- 8

  @Test
  void promise8_thereIsOneWriter() {
    var session = begin(STRICT);
    session.append(A, 10);
    var refused = assertThrows(WalLockedException.class, () -> Wal.open(disk.root(), STRICT));
    assertTrue(String.valueOf(refused.getMessage()).contains("pid=" + ProcessHandle.current().pid()),
        refused.getMessage());
    var before = disk.operations();
    try (var reading = Wal.openReadOnly(disk.root(), STRICT)) {
      assertTrue(reading.stream(A).get(0).isPresent());
      assertThrows(UnsupportedOperationException.class, () -> reading.stream(A).append(new byte[1]));
    }
    assertEquals(before, disk.operations(), "a read-only open changes nothing");
    session.append(A, 10);
    session.close();
  }

  // ---- 9

  @Test
  void promise9_readersSeeARecordOnlyOnceItIsDurable() {
    var session = begin(STRICT);
    session.append(A, 10);
    var stream = session.stream(A);
    var expectedEnd = new AtomicInteger(1);
    var problems = new ArrayList<String>();
    var appender = Thread.currentThread(); // the sealing of the segment before may come later
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.FORCE && Thread.currentThread().equals(appender)) {
        if (stream.nextId() > expectedEnd.get() || stream.get(expectedEnd.get()).isPresent()) {
          problems.add("visible before " + operation);
        }
        try (var cursor = stream.read(expectedEnd.get())) {
          if (cursor.next()) {
            problems.add("a cursor sees it before " + operation);
          }
        }
      }
    });
    for (var i = 0; i < 8; i++) {
      session.append(A, 900);
      assertTrue(stream.get(expectedEnd.get()).isPresent());
      expectedEnd.incrementAndGet();
    }
    disk.onOperation(_ -> {});
    assertEquals(List.of(), problems);
    session.close();
  }

  @Test
  void promise9_underBatchOnlyABatchIsSeenOnlyOnceItIsDurable() {
    var session = begin(STRICT.toBuilder().syncPolicy(SyncPolicy.BATCH_ONLY).build());
    session.append(A, 10);
    var stream = session.stream(A);
    var seen = new ArrayList<Long>();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.FORCE && operation.path().endsWith(".seg")) {
        seen.add(stream.nextId());
      }
    });
    session.batch(A, 3, 100);
    disk.onOperation(_ -> {});
    assertEquals(List.of(1L), seen);
    session.close();
  }

  // ---- 10

  @Test
  void promise10_openFilesAreBounded() {
    var forces = new AtomicInteger();
    var session = begin(ASYNC.toBuilder().maxOpenSegments(4).build());
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.FORCE && operation.path().endsWith(".seg")
          && !operation.path().contains("~new-")) {
        forces.incrementAndGet();
      }
    });
    for (var i = 0; i < 40; i++) {
      session.append("stream" + i, 100);
      assertTrue(session.wal().stats().openFiles() <= 6, () -> session.wal().stats().openFiles() + " files");
    }
    assertNotEquals(0, forces.get(), "a file with bytes that are not durable was closed");
    assertTrue(forces.get() >= 34, () -> "only " + forces.get() + " files were synced before they were closed");
    session.readAll();
    session.close();
  }

  @Test
  void promise10_aLengthOnDiskLeadsToNoAllocationThatTheFileDoesNotJustify() throws IOException {
    var session = begin(STRICT);
    session.append(A, 100);
    session.append(A, 100);
    session.abandon();
    for (var length : new int[]{Integer.MAX_VALUE, Integer.MAX_VALUE - 64, -1, 0x4000_0000}) {
      var image = disk.imageAfterKill();
      var directory = image.root().subdirectory("streams").subdirectory(A);
      try (var file = directory.open("00000000000000000000.seg", Access.READ_WRITE)) {
        file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length), DATA_START + 4);
      }
      try (var wal = Wal.openReadOnly(image.root(), STRICT)) {
        assertFalse(readable(wal));
      }
    }
  }

  private static boolean readable(Wal wal) {
    try {
      return wal.stream(A).get(0).isPresent();
    } catch (CorruptionException e) {
      return false;
    }
  }
}
