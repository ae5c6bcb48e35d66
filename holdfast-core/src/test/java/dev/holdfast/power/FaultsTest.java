package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.ReadStrategy;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Syncs that fail and disks that are full, at every operation that this can happen to. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsTest {
  private static final int SAMPLES = Integer.getInteger("holdfast.power.samples", 40);
  private static final String A = "a";

  private final SplittableRandom random = new SplittableRandom(11);

  /** What a failed sync leaves in the cache. */
  enum AfterFailedSync {
    DROPPED, KEPT_BUT_NEVER_DURABLE;

    Fault of(Fault fault) {
      return this == DROPPED ? fault.losingCache() : fault.keepingCache();
    }
  }

  // ---- syncs that fail

  @ParameterizedTest
  @EnumSource
  void syncFailsAtEveryForceUnderStrict(AfterFailedSync cache) {
    syncFails(cache, options().maxSegmentSize(4096).build());
  }

  @ParameterizedTest
  @EnumSource
  void syncFailsAtEveryForceWithoutStrict(AfterFailedSync cache) {
    syncFails(cache, options().maxSegmentSize(4096).syncPolicy(SyncPolicy.BATCH_ONLY).build());
  }

  private static void work(Session session) {
    for (var i = 0; i < 12; i++) {
      session.append(A, 100 + i * 137 % 1500);
      if (i % 4 == 3) {
        session.batch(A, 3, 200);
      }
    }
    session.sync(A);
  }

  private void syncFails(AfterFailedSync cache, WalOptions options) {
    var forces = count(OperationKind.FORCE, options);
    for (var n = 1; n <= forces; n += Math.max(1, forces / SAMPLES)) {
      var disk = new SimulatedDisk();
      Wal.open(disk.root(), options).close();
      disk.inject(cache.of(Fault.on(OperationKind.FORCE).nth(n)));
      try {
        failAndRecover(disk, options);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("force " + n + " fails, " + cache + ": " + e.getMessage(), e);
      }
    }
  }

  private static int count(OperationKind kind, WalOptions options) {
    var disk = new SimulatedDisk();
    Wal.open(disk.root(), options).close();
    var count = new AtomicInteger();
    disk.onOperation(operation -> {
      if (operation.kind() == kind) {
        count.incrementAndGet();
      }
    });
    var session = Session.begin(disk, new Expectations(), options);
    work(session);
    session.close();
    return count.get();
  }

  private void failAndRecover(SimulatedDisk disk, WalOptions options) {
    var expected = new Expectations();
    try {
      var session = Session.begin(disk, expected, options);
      try {
        work(session);
        session.close();
      } catch (StreamFailedException e) {
        assertEveryoneIsTold(session, e);
      } catch (WalIOException e) {
        // the stream could not be created, or a segment not begun; nothing was written
      } finally {
        session.abandon();
      }
    } catch (WalIOException e) {
      // the log could not be opened
    }
    // The process ends, what the system has in its cache stays. Nothing but what was durable is promised.
    var next = disk.killProcess();
    var strict = options.toBuilder().syncPolicy(random.nextBoolean() ? SyncPolicy.STRICT : options.syncPolicy())
        .build();
    var again = Session.recover(next, expected, strict, true);
    again.append(A, 50);
    again.batch(A, 2, 50);
    var crash = random.nextBoolean() ? Crash.DROP_ALL_UNSYNCED : Crash.random(random.nextLong());
    var last = next.crash(crash);
    again.abandon();
    var end = Session.recover(last, again.expected(), strict, true);
    end.readAll();
    end.close();
  }

  private static void assertEveryoneIsTold(Session session, StreamFailedException first) {
    try {
      if (session.wal().streamNames().isEmpty()) {
        return;
      }
      var stream = session.stream(A);
      var later = assertThrows(StreamFailedException.class, () -> stream.append(new byte[1]));
      assertEquals(first.getCause(), later.getCause());
      assertThrows(StreamFailedException.class, () -> stream.appendBatch(List.of(new byte[1])));
      assertThrows(Exception.class, () -> stream.appendAsync(new byte[1]).join());
      var history = session.expected().only(A);
      assertTrue(stream.durableEnd() <= history.end());
      for (var id = 0; id < stream.durableEnd(); id++) {
        assertEquals(history.records().get(id).length, stream.get(id).orElseThrow().length);
      }
      for (var id = (int) stream.durableEnd(); id < history.acknowledged(); id++) {
        long lost = id;
        assertThrows(StreamFailedException.class, () -> stream.get(lost), "acknowledged, so never 'empty'");
      }
    } catch (WalClosedException e) {
      // it was the closing that failed
    }
  }

  @Test
  void aCursorThatCouldNotEnterItsFirstSegmentThrewANullPointerException() {
    var disk = new SimulatedDisk();
    var options = options().readStrategy(ReadStrategy.STANDARD_IO).build();
    try (var wal = Wal.open(disk.root(), options)) {
      wal.stream(A).append(new byte[10]);
    }
    try (var wal = Wal.open(disk.root(), options); var cursor = wal.stream(A).read(0)) {
      disk.inject(Fault.on(OperationKind.READ).in(".seg"));
      var error = assertThrows(WalIOException.class, cursor::next);
      assertTrue(String.valueOf(error.getMessage()).contains("00000000000000000000.seg"), error::toString);
      assertTrue(cursor.next(), "it can be tried again");
    }
  }

  // ---- a full disk

  @ParameterizedTest
  @ValueSource(ints = {0, 20, 700})
  void noSpaceAtEveryWrite(int bytesBefore) {
    noSpace(OperationKind.WRITE, Fault.on(OperationKind.WRITE).outOfSpace().after(bytesBefore), options()
        .maxSegmentSize(4096).build());
  }

  @Test
  void noSpaceAtEveryWriteWithoutPreallocation() {
    noSpace(OperationKind.WRITE, Fault.on(OperationKind.WRITE).outOfSpace().after(40), options().maxSegmentSize(4096)
        .preallocate(false).build());
  }

  @Test
  void noSpaceAtEveryCreation() {
    noSpace(OperationKind.CREATE, Fault.on(OperationKind.CREATE).outOfSpace(), options().maxSegmentSize(4096).build());
  }

  @Test
  void noSpaceAtEveryRename() {
    noSpace(OperationKind.RENAME, Fault.on(OperationKind.RENAME).outOfSpace(), options().maxSegmentSize(4096).build());
  }

  @Test
  void aTruncationWhoseRenameFindsNoSpaceHasNotHappened() {
    var disk = new SimulatedDisk();
    var options = options().maxSegmentSize(4096).build();
    var session = Session.begin(disk, new Expectations(), options);
    work(session);
    var stream = session.stream(A);
    var end = stream.nextId();
    disk.inject(Fault.on(OperationKind.RENAME).in(".tmp").outOfSpace());
    assertThrows(StorageFullException.class, () -> stream.truncateFrom(5));
    assertEquals(end, stream.nextId());
    session.readAll();
    session.append(A, 10);
    assertEquals(5, stream.truncateFrom(5).start());
    assertEquals(5, stream.nextId());
    session.abandon();
  }

  /**
   * The timer that tells readers how far they may read came after the failure, and noted the end of the old history for
   * the new one, which had its name by then: the next opening refused a healthy log.
   */
  @Test
  void aTruncationThatFailedAfterItsRenameDidNotOpenAnyMore() throws InterruptedException {
    var disk = new SimulatedDisk();
    var session = Session.begin(disk, new Expectations(), options().syncPolicy(SyncPolicy.ASYNC).build());
    session.append(A, 10);
    session.append(A, 10);
    session.append(A, 10);
    var stream = session.stream(A);
    disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY));
    assertThrows(StreamFailedException.class, () -> stream.truncateFrom(1));
    Thread.sleep(200); // the timer comes within 50 ms
    assertThrows(StreamFailedException.class, session::close);
    session.abandon();
    try (var wal = Wal.open(disk.killProcess().root(), options().build())) {
      var end = wal.stream(A).nextId();
      assertTrue(end == 1 || end == 3, () -> "ends at " + end);
      assertEquals(end, wal.stream(A).append(new byte[1]));
    }
  }

  private void noSpace(OperationKind kind, Fault fault, WalOptions options) {
    var operations = count(kind, options);
    for (var n = 1; n <= operations; n += Math.max(1, operations / SAMPLES)) {
      var disk = new SimulatedDisk();
      Wal.open(disk.root(), options).close();
      disk.inject(fault.nth(n));
      try {
        fillAndRecover(disk, options);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(kind + " " + n + " finds no space: " + e.getMessage(), e);
      }
    }
  }

  private void fillAndRecover(SimulatedDisk disk, WalOptions options) {
    Session session;
    try {
      session = Session.begin(disk, new Expectations(), options);
    } catch (WalException e) {
      session = Session.begin(disk, new Expectations(), options);
    }
    var refused = 0;
    for (var i = 0; i < 12; i++) {
      var size = 100 + i * 137 % 1500;
      refused += refuses(session, () -> {}, size) ? 1 : 0;
    }
    assertTrue(refused <= 1, "one operation failed, and " + refused + " appends");
    session.readAll();
    var crashed = random.nextBoolean() ? disk.killProcess() : disk.crash(Crash.random(random.nextLong()));
    session.abandon();
    var again = Session.recover(crashed, session.expected(), options, true);
    again.readAll();
    again.append(A, 10);
    again.close();
  }

  /** Appends; if there was no space, checks that what was there can be read, makes space, and appends again. */
  private static boolean refuses(Session session, Runnable makeSpace, int size) {
    try {
      session.append(A, size);
      return false;
    } catch (StorageFullException e) {
      session.readAll();
      makeSpace.run();
      session.append(A, size + 1);
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyAmountOfSpace(boolean preallocate) {
    var options = options().maxSegmentSize(8192).preallocate(preallocate).build();
    for (var free = 0; free < 60_000; free += 1777) {
      var disk = new SimulatedDisk();
      Wal.open(disk.root(), options).close();
      var session = Session.begin(disk, new Expectations(), options);
      session.append(A, 10);
      disk.setCapacity(disk.usedSpace() + free);
      try {
        for (var i = 0; i < 60; i++) {
          refuses(session, () -> disk.setCapacity(Long.MAX_VALUE), 100 + i * 331 % 2500);
        }
        session.readAll();
        var crashed = disk.crash(Crash.DROP_ALL_UNSYNCED);
        session.abandon();
        var again = Session.recover(crashed, session.expected(), options, true);
        again.readAll();
        again.close();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(free + " bytes free: " + e.getMessage(), e);
      }
    }
  }
}
