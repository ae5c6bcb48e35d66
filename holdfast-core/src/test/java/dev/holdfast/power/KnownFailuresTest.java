package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures that other logs have had, numbered as in the list that Holdfast was designed from; none happens here. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KnownFailuresTest {
  private static final String A = "a";

  private final SimulatedDisk disk = new SimulatedDisk();

  private Session begin(SyncPolicy policy) {
    return Session.begin(disk, new Expectations(), with(policy));
  }

  private static WalOptions with(SyncPolicy policy) {
    return options().maxSegmentSize(4096).syncPolicy(policy).build();
  }

  /** Loses the power, and checks what is found. */
  private Session afterPowerLoss(Session session) {
    var image = disk.crash(Crash.DROP_ALL_UNSYNCED);
    session.abandon();
    return Session.recover(image, session.expected(), with(SyncPolicy.STRICT), true);
  }

  private static int endOf(Session session) {
    return session.expected().only(A).end();
  }

  @Test
  void known1_aSyncedBatchThatCrossesARotationFailsIfTheOldSegmentCannotBeSynced() {
    for (var nth = 1; nth <= 2; nth++) {
      var fresh = new SimulatedDisk();
      var session = Session.begin(fresh, new Expectations(), with(SyncPolicy.BATCH_ONLY));
      session.append(A, 1500);
      session.append(A, 1500);
      fresh.inject(Fault.on(OperationKind.FORCE).in("00000000000000000000.seg").nth(nth).losingCache());
      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      assertThrows(StreamFailedException.class, () -> {
        while (System.nanoTime() < deadline) { // the second sync is that of the seal, by a thread of the log
          session.batch(A, 2, 800);
        }
      });
      assertThrows(StreamFailedException.class, () -> session.stream(A).append(new byte[1]));
      session.abandon();
      Session.recover(fresh.killProcess(), session.expected(), with(SyncPolicy.STRICT), true).close();
    }
  }

  @Test
  void known2_aSyncedBatchSyncsAllEarlierSegments() {
    var session = begin(SyncPolicy.BATCH_ONLY);
    for (var i = 0; i < 6; i++) {
      session.append(A, 1800);
    }
    session.batch(A, 2, 100);
    assertEquals(8, endOf(afterPowerLoss(session)));
  }

  @Test
  void known3_nothingIsAcknowledgedAfterAFailedSyncAndWhatFailedIsNotReadable() {
    var session = begin(SyncPolicy.STRICT);
    session.append(A, 100);
    disk.inject(Fault.on(OperationKind.FORCE).in(".seg").keepingCache());
    var failure = assertThrows(StreamFailedException.class, () -> session.append(A, 100));
    var stream = session.stream(A);
    assertEquals(failure.getCause(),
        assertThrows(StreamFailedException.class, () -> stream.append(new byte[1])).getCause());
    assertThrows(StreamFailedException.class, stream::sync);
    assertEquals(1, stream.nextId());
    assertTrue(stream.get(0).isPresent());
    assertTrue(stream.get(1).isEmpty());
    try (var cursor = stream.read(0)) {
      assertTrue(cursor.next());
      assertTrue(!cursor.next());
    }
    session.abandon();
  }

  @Test
  void known4_appendsBehindAPartlyFailedWriteAreFoundAgain() {
    var session = begin(SyncPolicy.STRICT);
    session.append(A, 100);
    disk.inject(Fault.on(OperationKind.WRITE).in(".seg").outOfSpace().after(60));
    assertThrows(StorageFullException.class, () -> session.append(A, 200));
    for (var i = 0; i < 10; i++) {
      session.append(A, 100);
    }
    assertEquals(11, endOf(afterPowerLoss(session)));
  }

  @Test
  void known4_aWriteThatFailsForAnotherReasonEndsTheStream() {
    var session = begin(SyncPolicy.STRICT);
    session.append(A, 100);
    disk.inject(Fault.on(OperationKind.WRITE).in(".seg").after(60));
    assertThrows(StreamFailedException.class, () -> session.append(A, 200));
    assertThrows(StreamFailedException.class, () -> session.stream(A).append(new byte[1]));
    session.abandon();
    var again = Session.recover(disk.killProcess(), session.expected(), with(SyncPolicy.STRICT), false);
    assertEquals(1, endOf(again));
    again.append(A, 10);
    again.close();
  }

  @Test
  void known5_anAcknowledgedAsynchronousBatchCanBeReadAndSurvivesTheProcess() {
    var session = begin(SyncPolicy.ASYNC);
    var records = List.of(new byte[]{1}, new byte[]{2, 3});
    var range = session.stream(A).appendBatchAsync(records).join();
    assertArrayEquals(records.get(1), session.stream(A).get(range.end() - 1).orElseThrow());
    var killed = disk.killProcess();
    session.abandon();
    var found = Session.begin(killed, new Expectations(), with(SyncPolicy.ASYNC));
    assertArrayEquals(records.get(1), found.stream(A).get(1).orElseThrow());
    found.abandon();
  }

  @Test
  void known6_unsyncedBatchesDoNotMoveTheDurableEnd() {
    var session = begin(SyncPolicy.ASYNC);
    session.batch(A, 3, 100);
    assertEquals(0, session.stream(A).durableEnd());
    session.sync(A);
    session.batch(A, 3, 100);
    assertEquals(3, session.stream(A).durableEnd());
    assertEquals(3, endOf(afterPowerLoss(session)));
  }

  @Test
  void known7_reopeningDoesNotMakeRecordsDurableWithoutASync() {
    var session = begin(SyncPolicy.ASYNC);
    session.append(A, 100);
    session.sync(A);
    session.append(A, 100);
    var killed = disk.killProcess();
    session.abandon();
    var again = Session.recover(killed, session.expected(), with(SyncPolicy.ASYNC), false);
    assertEquals(2, endOf(again));
    assertEquals(1, again.stream(A).durableEnd());
    again.sync(A);
    assertEquals(2, again.stream(A).durableEnd());
    var image = killed.crash(Crash.DROP_ALL_UNSYNCED);
    again.abandon();
    Session.recover(image, again.expected(), with(SyncPolicy.STRICT), true).close();
  }

  @Test
  void known8_aSyncAfterARotationCoversTheSegmentBefore() {
    var session = begin(SyncPolicy.ASYNC);
    session.append(A, 2000);
    session.append(A, 1900);
    session.append(A, 100);
    session.sync(A);
    assertEquals(3, endOf(afterPowerLoss(session)));
  }

  @Test
  void known9_theDirectoryIsSyncedAfterASegmentOrAStreamIsCreated() {
    var session = begin(SyncPolicy.STRICT);
    for (var i = 0; i < 8; i++) {
      session.append(A, 1900);
      session.append("b" + i, 10);
      var image = disk.imageAfter(Crash.DROP_ALL_UNSYNCED);
      Session.recover(image, session.expected().copy(), with(SyncPolicy.STRICT), true).close();
    }
    session.abandon();
  }

  /** The process ends between giving the log, or a stream, its name and making that durable. */
  @Test
  void known9_namesThatAnEarlierProcessHasNotSyncedAreSyncedBeforeAnythingIsAcknowledged() {
    var failed = 0;
    for (var nth = 1; nth <= 8; nth++) {
      var first = new SimulatedDisk();
      first.inject(Fault.on(OperationKind.SYNC_DIRECTORY).nth(nth).forever());
      var expected = new Expectations();
      try {
        var session = Session.begin(first, expected, with(SyncPolicy.STRICT));
        session.append(A, 10);
        session.abandon();
      } catch (WalException e) {
        failed++;
      }
      var killed = first.killProcess();
      for (var policy : List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC)) {
        var next = killed.imageAfterKill();
        var again = Session.recover(next, expected.copy(), with(policy), false,
            Repeatable.inOneThread(1)); // there, nothing is done before somebody needs it
        again.append(A, 10);
        again.sync(A);
        var image = next.crash(Crash.DROP_ALL_UNSYNCED);
        again.abandon();
        Session.recover(image, again.expected(), with(SyncPolicy.STRICT), true).close();
      }
    }
    assertTrue(failed >= 4, "the root and streams are among them");
  }

  @Test
  void known10_idsOfAFailedSyncAreNotGivenAgainInTheSameProcess() {
    var session = begin(SyncPolicy.STRICT);
    session.append(A, 100);
    disk.inject(Fault.on(OperationKind.FORCE).in(".seg").keepingCache());
    assertThrows(StreamFailedException.class, () -> session.append(A, 100));
    for (var i = 0; i < 3; i++) {
      assertThrows(StreamFailedException.class, () -> session.stream(A).append(new byte[5]));
    }
    session.abandon();
    Session.recover(disk.killProcess(), session.expected(), with(SyncPolicy.STRICT), true).close();
  }

  @Test
  void known10_acknowledgedRecordsBehindAHoleAreStillThereAfterTheSecondRestart() {
    for (var seed = 0; seed < 40; seed++) {
      var first = new SimulatedDisk();
      var session = Session.begin(first, new Expectations(), with(SyncPolicy.ASYNC));
      session.append(A, 300);
      session.sync(A);
      for (var i = 0; i < 6; i++) {
        session.append(A, 700);
      }
      var torn = first.crash(Crash.random(seed));
      session.abandon();
      for (var restart = 0; restart < 3; restart++) {
        var next = Session.recover(torn, session.expected(), with(SyncPolicy.STRICT), true);
        next.append(A, 700);
        next.append(A, 20);
        torn = torn.crash(Crash.random(seed * 31L + restart));
        next.abandon();
      }
      Session.recover(torn, session.expected(), with(SyncPolicy.STRICT), true).close();
    }
  }

  @Test
  void known25_aRecordThatDidNotFitOnTheDiskBreaksNoLaterRecovery() {
    for (var fits = 0; fits < 400; fits += 16) {
      var full = new SimulatedDisk();
      var session = Session.begin(full, new Expectations(),
          with(SyncPolicy.STRICT).toBuilder().preallocate(false).build());
      session.append(A, 100);
      full.setCapacity(full.usedSpace() + fits);
      assertThrows(StorageFullException.class, () -> session.append(A, 500));
      session.readAll();
      var image = full.killProcess();
      image.setCapacity(Long.MAX_VALUE);
      session.abandon();
      var again = Session.recover(image, session.expected(), with(SyncPolicy.STRICT), false);
      assertEquals(1, endOf(again));
      again.append(A, 500);
      again.reopen();
      again.close();
    }
  }

  @Test
  void known30_aSyncOfARetriedDescriptorIsNotBelieved() {
    for (var cached : new boolean[]{true, false}) {
      var failing = new SimulatedDisk();
      var session = Session.begin(failing, new Expectations(), with(SyncPolicy.ASYNC));
      session.append(A, 100);
      session.sync(A);
      session.append(A, 100);
      var fault = Fault.on(OperationKind.FORCE).in(".seg");
      failing.inject(cached ? fault.keepingCache() : fault.losingCache());
      assertThrows(StreamFailedException.class, () -> session.sync(A));
      session.abandon(); // a close that synced again would succeed
      // Reopened, the page cache still shows what was never stored; only what is written again is durable.
      var next = failing.killProcess();
      var again = Session.recover(next, session.expected(), with(SyncPolicy.STRICT), true);
      assertEquals(cached ? 2 : 1, endOf(again));
      again.append(A, 100);
      var image = next.crash(Crash.DROP_ALL_UNSYNCED);
      again.abandon();
      var last = Session.recover(image, again.expected(), with(SyncPolicy.STRICT), true);
      assertEquals(cached ? 3 : 2, endOf(last));
      last.close();
    }
  }
}
