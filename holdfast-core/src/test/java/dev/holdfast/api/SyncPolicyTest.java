package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.StreamOptions;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** When appends are made durable (A4): exactly which syncs each policy costs, and what is durable when. */
class SyncPolicyTest {
  private final Watch watch = new Watch();
  private final MemoryDirectory root = new MemoryDirectory();

  private Wal open(SyncPolicy policy) {
    return open(WalOptions.builder().syncPolicy(policy));
  }

  private Wal open(WalOptions.Builder options) {
    return Wal.open(WatchedDirectory.over(root, watch), options.build());
  }

  /** Returns the stream "s", which exists, with nothing counted yet. */
  private LogStream begun(Wal wal) {
    var stream = wal.stream("s");
    stream.append(bytes("r0"));
    stream.sync();
    watch.clear();
    return stream;
  }

  private int syncs() {
    return watch.segmentSyncs("s");
  }

  @Test
  void strictSyncsOnceForEveryAppend() {
    try (var wal = open(SyncPolicy.STRICT)) {
      var stream = begun(wal);
      for (var i = 1; i <= 10; i++) {
        stream.append(bytes("r" + i));
        assertEquals(i, syncs());
        assertEquals(i + 1, stream.durableEnd());
        assertEquals(List.of(), watch.unsyncedSegments());
      }
      stream.appendBatch(Logs.batch(11, 20));
      assertEquals(11, syncs(), "one for a whole batch");
      stream.sync();
      wal.sync();
      assertEquals(11, syncs(), "nothing is left to be synced");
    }
  }

  @Test
  void strictHasTheNamesOnStableStorageTooWhenTheFirstAppendReturns() {
    try (var wal = open(SyncPolicy.STRICT)) {
      wal.stream("s").append(bytes("r0"));
      assertEquals("[]", watch.unsyncedNames().toString());
      assertEquals(List.of(), watch.unsyncedSegments());
    }
  }

  @Test
  void batchOnlySyncsBatchesAndTransactionsAndWithThemWhatCameBefore() {
    try (var wal = open(SyncPolicy.BATCH_ONLY)) {
      var stream = begun(wal);
      Logs.append(stream, 1, 5);
      assertEquals(0, syncs());
      assertEquals(1, stream.durableEnd());
      stream.appendBatch(Logs.batch(5, 7));
      assertEquals(1, syncs());
      assertEquals(7, stream.durableEnd());
      stream.append(bytes("r7"));
      try (var txn = stream.txn()) {
        txn.add(bytes("r8"));
        txn.commit();
      }
      assertEquals(2, syncs());
      assertEquals(9, stream.durableEnd());
      assertEquals(9, stream.appendAsync(bytes("r9")).join());
      assertEquals(2, syncs());
      stream.appendBatchAsync(Logs.batch(10, 12)).join();
      assertEquals(3, syncs());
    }
  }

  @Test
  void asyncNeverSyncsByItself() throws InterruptedException {
    try (var wal = open(SyncPolicy.ASYNC)) {
      var stream = begun(wal);
      Logs.append(stream, 1, 100);
      stream.appendBatch(Logs.batch(100, 200));
      Thread.sleep(150); // longer than anything in the background takes to notice
      assertEquals(0, syncs());
      assertEquals(1, stream.durableEnd());
      assertEquals(200, stream.nextId());
      stream.sync();
      assertEquals(1, syncs());
      assertEquals(200, stream.durableEnd());
      stream.sync();
      assertEquals(1, syncs(), "there is nothing to be synced");
    }
  }

  @Test
  void everyNSyncsWithTheAppendThatCompletesN() {
    try (var wal = open(SyncPolicy.everyN(3))) {
      var stream = begun(wal);
      var durable = new ArrayList<Long>();
      for (var i = 1; i <= 9; i++) {
        stream.append(bytes("r" + i));
        durable.add(stream.durableEnd());
        assertTrue(stream.nextId() - stream.durableEnd() < 3);
      }
      assertEquals(List.of(1L, 1L, 4L, 4L, 4L, 7L, 7L, 7L, 10L), durable);
      assertEquals(3, syncs());
    }
  }

  @Test
  void everyNCountsTheRecordsOfBatches() {
    try (var wal = open(SyncPolicy.everyN(10))) {
      var stream = begun(wal);
      stream.appendBatch(Logs.batch(1, 10));
      assertEquals(0, syncs());
      stream.appendBatch(Logs.batch(10, 12));
      assertEquals(1, syncs());
      assertEquals(12, stream.durableEnd());
    }
  }

  @Test
  void everyOneIsStrict() {
    try (var wal = open(SyncPolicy.everyN(1))) {
      var stream = begun(wal);
      Logs.append(stream, 1, 6);
      assertEquals(5, syncs());
      assertEquals(6, stream.durableEnd());
    }
  }

  @Test
  void everyNKeepsItsPromiseWhenTheAppendThatWasToSyncDidNotFit() {
    try (var wal = open(SyncPolicy.everyN(4))) {
      var stream = begun(wal);
      Logs.append(stream, 1, 4);
      watch.hook((op, path) -> {
        if (op == Watch.Op.WRITE && path.endsWith(".seg")) {
          watch.hook((_, _) -> {});
          throw new OutOfSpaceException("planted: no space for " + path);
        }
      });
      assertThrows(StorageFullException.class, () -> stream.append(bytes("r4")));
      for (var i = 4; i < 20; i++) {
        stream.append(bytes("r" + i));
        assertTrue(stream.nextId() - stream.durableEnd() < 4,
            () -> stream.durableEnd() + " of " + stream.nextId() + " acknowledged records are durable");
      }
      assertEquals(Logs.names(0, 20), Logs.read(stream, 0));
    }
  }

  @Test
  void everyIntervalSyncsInTheBackgroundOnceThereIsSomething() throws InterruptedException {
    try (var wal = open(SyncPolicy.every(Duration.ofMillis(30)))) {
      var stream = begun(wal);
      Logs.append(stream, 1, 6);
      Logs.await("the background sync", () -> stream.durableEnd() == 6);
      assertTrue(syncs() >= 1);
      watch.clear();
      Thread.sleep(120);
      assertEquals(0, syncs(), "nothing was appended, so nothing is synced");
      stream.append(bytes("r6"));
      Logs.await("the next background sync", () -> stream.durableEnd() == 7);
    }
  }

  @Test
  void aLongIntervalIsNotCutShort() throws InterruptedException {
    try (var wal = open(SyncPolicy.every(Duration.ofDays(1)))) {
      var stream = begun(wal);
      Logs.append(stream, 1, 6);
      Thread.sleep(150);
      assertEquals(0, syncs());
      assertEquals(1, stream.durableEnd());
    }
  }

  @Test
  void aBackgroundSyncThatFailsFailsTheStream() {
    var wal = open(SyncPolicy.every(Duration.ofMillis(20)));
    var stream = begun(wal);
    var cause = new IOException("planted: the disk is gone");
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
        throw cause;
      }
    });
    stream.append(bytes("r1"));
    var failure = new StreamFailedException[1];
    Logs.await("an append is refused", () -> {
      try {
        stream.append(bytes("more"));
        return false;
      } catch (StreamFailedException e) {
        failure[0] = e;
        return true;
      }
    });
    assertSame(cause, failure[0].getCause());
    assertThrows(StreamFailedException.class, stream::sync);
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void anExplicitSyncIsOfItsStreamAloneAndThatOfTheLogOfAll() {
    try (var wal = open(SyncPolicy.ASYNC)) {
      for (var name : List.of("s", "t", "u")) {
        wal.stream(name).append(bytes("x"));
      }
      wal.stream("s").sync();
      assertEquals(1, wal.stream("s").durableEnd());
      assertEquals(0, wal.stream("t").durableEnd());
      wal.sync();
      assertEquals(1, wal.stream("t").durableEnd());
      assertEquals(1, wal.stream("u").durableEnd());
      assertEquals(List.of(), watch.unsyncedSegments());
    }
  }

  @Test
  void theSyncsOfTheStreamsOfALogAreDoneAtTheSameTime() throws IOException {
    try (var wal = open(SyncPolicy.ASYNC)) {
      var names = List.of("s", "t", "u");
      names.forEach(name -> wal.stream(name).append(bytes("x")));
      var all = new CountDownLatch(names.size());
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          all.countDown();
          awaitAll(all);
        }
      });
      wal.sync();
      assertEquals(0, all.getCount());
      names.forEach(name -> assertEquals(1, wal.stream(name).durableEnd()));
    }
  }

  private static void awaitAll(CountDownLatch all) throws IOException {
    try {
      if (!all.await(Logs.SOON.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("one sync waited for another one");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aStreamWhoseSyncFailsDoesNotKeepTheOthersFromBeingSynced() {
    var wal = open(SyncPolicy.ASYNC);
    for (var name : List.of("s", "t", "u")) {
      wal.stream(name).append(bytes("x"));
    }
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.startsWith("streams/s/")) {
        throw new IOException("planted: the disk is gone");
      }
    });
    assertThrows(StreamFailedException.class, wal::sync);
    assertEquals(1, wal.stream("t").durableEnd());
    assertEquals(1, wal.stream("u").durableEnd());
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void aStreamMayHaveAPolicyOfItsOwn() {
    try (var wal = open(SyncPolicy.ASYNC)) {
      var strict = wal.stream("strict", StreamOptions.none().withSyncPolicy(SyncPolicy.STRICT));
      strict.append(bytes("x"));
      wal.stream("s").append(bytes("x"));
      assertEquals(1, strict.durableEnd());
      assertEquals(0, wal.stream("s").durableEnd());
    }
  }

  @Test
  void awaitDurableSyncsOnlyIfNeeded() {
    try (var wal = open(SyncPolicy.ASYNC)) {
      var stream = begun(wal);
      Logs.append(stream, 1, 5);
      stream.awaitDurable(0);
      assertEquals(0, syncs());
      stream.awaitDurable(2);
      assertEquals(1, syncs());
      assertTrue(stream.durableEnd() >= 3);
      stream.awaitDurable(4);
      assertEquals(1, syncs(), "a sync makes everything written durable");
      var e = assertThrows(IllegalArgumentException.class, () -> stream.awaitDurable(5));
      assertTrue(String.valueOf(e.getMessage()).contains("id"), e.getMessage());
    }
  }

  @Test
  void underStrictAReaderSeesARecordOnlyOnceItIsDurable() throws Exception {
    try (var wal = open(SyncPolicy.STRICT)) {
      var stream = begun(wal);
      var syncing = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          syncing.countDown();
          Waits.on(goOn);
        }
      });
      var appender = Thread.ofPlatform().name("appender").start(() -> stream.append(bytes("r1")));
      assertTrue(syncing.await(20, TimeUnit.SECONDS));
      assertEquals(1, stream.nextId());
      assertFalse(stream.get(1).isPresent());
      assertEquals(List.of("r0"), Logs.read(stream, 0));
      goOn.countDown();
      appender.join();
      assertEquals(List.of("r0", "r1"), Logs.read(stream, 0));
    }
  }

  @Test
  void concurrentAppendersShareSyncs() throws InterruptedException {
    try (var wal = open(SyncPolicy.STRICT)) {
      var stream = begun(wal);
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          Waits.millis(2);
        }
      });
      var threads = new ArrayList<Thread>();
      var lost = new AtomicBoolean();
      for (var t = 0; t < 16; t++) {
        threads.add(Thread.ofPlatform().name("appender-" + t).start(() -> {
          for (var i = 0; i < 10; i++) {
            var id = stream.append(bytes("x"));
            if (stream.durableEnd() <= id) {
              lost.set(true);
            }
          }
        }));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertFalse(lost.get(), "an append returned before its record was durable");
      assertEquals(161, stream.nextId());
      assertTrue(syncs() <= 80, () -> syncs() + " syncs for 160 appends of 16 threads");
    }
  }

  // ---- C7

  @Test
  void afterAFailedSyncEveryAppendIsRefusedWithTheFirstCause() {
    var wal = open(SyncPolicy.STRICT);
    var stream = begun(wal);
    var cause = new IOException("planted: first");
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
        watch.hook((_, _) -> {}); // from now on it would work
        throw cause;
      }
    });
    assertSame(cause, assertThrows(StreamFailedException.class, () -> stream.append(bytes("r1"))).getCause());
    watch.clear();
    assertSame(cause, assertThrows(StreamFailedException.class, () -> stream.append(bytes("r2"))).getCause());
    assertSame(cause, assertThrows(StreamFailedException.class, () -> stream.appendBatch(Logs.batch(0, 2))).getCause());
    assertTrue(stream.appendAsync(bytes("r3")).handle((_, e) -> e instanceof StreamFailedException).join());
    assertThrows(StreamFailedException.class, () -> stream.truncateFrom(0));
    assertEquals(0, syncs(), "nothing is tried again on that file");
    assertEquals(List.of("r0"), Logs.read(stream, 0), "what is durable stays readable");
    assertThrows(StreamFailedException.class, wal::close);
    try (var again = open(SyncPolicy.STRICT)) {
      assertEquals("r0", Logs.read(again.stream("s"), 0).getFirst());
      again.stream("s").append(bytes("after"));
    }
  }

  @Test
  void recordsThatWereAcknowledgedButAreLostToAFailedSyncThrowAndAreNeverJustAbsent() {
    var wal = open(SyncPolicy.ASYNC);
    var stream = begun(wal);
    stream.append(bytes("r1"));
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, stream::sync);
    assertEquals("r0", Logs.text(stream.get(0).orElseThrow()));
    assertThrows(StreamFailedException.class, () -> stream.get(1));
    assertTrue(stream.get(2).isEmpty());
    try (var cursor = stream.read(0)) {
      assertTrue(cursor.next());
      assertThrows(StreamFailedException.class, cursor::next);
    }
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void afterAFailedWriteTheStreamIsRefusedAndReopeningGoesOn() {
    var wal = open(SyncPolicy.ASYNC);
    var stream = begun(wal);
    watch.hook((op, path) -> {
      if (op == Watch.Op.WRITE && path.endsWith(".seg")) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, () -> stream.append(bytes("r1")));
    watch.hook((_, _) -> {});
    assertThrows(StreamFailedException.class, () -> stream.append(bytes("r2")));
    assertThrows(StreamFailedException.class, wal::close);
    try (var again = open(SyncPolicy.ASYNC)) {
      assertEquals(List.of("r0"), Logs.read(again.stream("s"), 0));
      assertEquals(1, again.stream("s").append(bytes("r1")));
    }
  }
}
