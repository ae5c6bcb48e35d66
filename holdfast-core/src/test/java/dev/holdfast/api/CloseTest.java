package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Closing a log. */
class CloseTest extends BackendTest {

  @Test
  void closingTwiceDoesNothingTheSecondTime() throws IOException {
    var wal = open();
    wal.stream("s").append(bytes("x"));
    wal.close();
    watch.clear();
    wal.close();
    assertEquals(0, watch.count((_, _) -> true));
  }

  /** It began a segment behind the seal, so that a log closed in order was found as after a crash. */
  @Test
  void aTruncationThatComesWhileTheLogIsSealedIsRefused() throws Exception {
    var wal = open();
    var stream = wal.stream("s");
    Logs.append(stream, 0, 10);
    var outcome = new CompletableFuture<Object>();
    watch.hook((op, path) -> {
      if (op == Watch.Op.TRUNCATE && path.endsWith(".seg")) {
        var truncating = Thread.ofPlatform().name("truncating").start(() -> {
          try {
            outcome.complete(stream.truncateFrom(5));
          } catch (RuntimeException e) {
            outcome.complete(e);
          }
        });
        Logs.await("it waits for the stream", () -> truncating.getState() == Thread.State.WAITING);
      }
    });
    wal.close();
    assertInstanceOf(WalClosedException.class, outcome.get(20, TimeUnit.SECONDS));
    try (var again = open()) {
      assertEquals(Outcome.CLEAN, again.stream("s").recovery().outcome());
      assertEquals(Logs.names(0, 10), Logs.read(again.stream("s"), 0));
    }
  }

  @Test
  void everythingIsRefusedAfterwards() throws IOException {
    var wal = open();
    var stream = wal.stream("s");
    stream.append(bytes("x"));
    var cursor = stream.read(0);
    var txn = stream.txn();
    txn.add(bytes("x"));
    wal.close();
    var refused = List.<Executable>of(() -> stream.append(bytes("x")), () -> stream.appendBatch(Logs.batch(0, 2)),
        () -> stream.appendBatch(List.of()), txn::commit, stream::txn, () -> stream.get(0), () -> stream.getAll(0),
        () -> stream.read(0), () -> stream.tail(0), () -> stream.records(0), stream::sync, () -> stream.awaitDurable(0),
        stream::firstId, stream::nextId, stream::durableEnd, () -> stream.truncateBefore(0),
        () -> stream.truncateFrom(0), stream::segments, stream::stats, cursor::next, () -> wal.stream("s"),
        () -> wal.stream("t"), wal::streamNames, () -> wal.hasStream("s"), () -> wal.deleteStream("s"), wal::sync,
        wal::stats, wal::recovery);
    for (var call : refused) {
      assertThrows(WalClosedException.class, call);
    }
    var e = assertThrows(CompletionException.class, () -> stream.appendAsync(bytes("x")).join());
    assertInstanceOf(WalClosedException.class, e.getCause());
    cursor.close();
    try (var again = open()) {
      assertEquals(List.of("x"), Logs.read(again.stream("s"), 0));
    }
  }

  @Test
  void closingSyncsWhateverThePolicy() throws IOException {
    for (var policy : List.of(SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(1000))) {
      var wal = open(WalOptions.builder().syncPolicy(policy));
      wal.stream("s").append(bytes("x"));
      wal.stream("t").append(bytes("x"));
      assertFalse(watch.unsyncedSegments().isEmpty());
      wal.close();
      assertEquals(List.of(), watch.unsyncedSegments());
      assertEquals(List.of(), watch.closedDirty());
      assertEquals("[]", watch.unsyncedNames().toString());
    }
  }

  @Test
  void whatWasPendingCompletes() throws IOException {
    var futures = new ArrayList<CompletableFuture<Long>>();
    try (var wal = open()) {
      for (var i = 0; i < 500; i++) {
        futures.add(wal.stream("s").appendAsync(bytes("r" + i)));
      }
    }
    for (var i = 0; i < 500; i++) {
      assertEquals(i, futures.get(i).orTimeout(20, TimeUnit.SECONDS).join());
    }
    try (var wal = open()) {
      assertEquals(Logs.names(0, 500), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void appendersAreRefusedOrKeptNothingBetween() throws Exception {
    for (var round = 0; round < times(32); round++) {
      var wal = open(WalOptions.builder().syncPolicy(round % 2 == 0 ? SyncPolicy.STRICT : SyncPolicy.ASYNC));
      var name = "s" + round;
      var stream = wal.stream(name);
      var acknowledged = new AtomicLong();
      var threads = new ArrayList<Thread>();
      for (var t = 0; t < 3; t++) {
        threads.add(Thread.ofPlatform().name("appender-" + t).start(() -> appendUntilClosed(stream, acknowledged)));
      }
      Logs.await("some appends", () -> acknowledged.get() > 20);
      wal.close();
      for (var thread : threads) {
        thread.join();
      }
      try (var again = open()) {
        assertEquals(acknowledged.get(), again.stream(name).nextId());
        assertEquals("CLEAN", again.stream(name).recovery().outcome().name());
      }
    }
  }

  private static void appendUntilClosed(LogStream stream, AtomicLong acknowledged) {
    try {
      while (true) {
        stream.append(bytes("x"));
        acknowledged.incrementAndGet();
      }
    } catch (WalClosedException e) {
      // as it should be
    }
  }

  @Test
  void aSyncThatFailsAtCloseIsReportedAndEverythingIsClosedAllTheSame() throws IOException {
    var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC));
    wal.stream("bad").append(bytes("x"));
    wal.stream("good").append(bytes("x"));
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.startsWith("streams/bad/") && path.endsWith(".seg")) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, wal::close);
    wal.close();
    watch.hook((_, _) -> {});
    assertEquals(0, watch.openFiles());
    try (var again = open()) {
      assertEquals("CLEAN", again.stream("good").recovery().outcome().name());
      assertEquals("x", Logs.read(again.stream("bad"), 0).getFirst());
    }
  }

  @Test
  void aStreamThatIsJustBeingOpenedCannotBeUsedBeyondTheClose() throws Exception {
    try (var wal = open()) {
      wal.stream("s").append(bytes("r0"));
    }
    var opening = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var wal = open();
    watch.hook((op, path) -> {
      if (op == Watch.Op.LIST && path.equals("streams/s/")) {
        opening.countDown();
        Waits.on(goOn);
      }
    });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var late = CompletableFuture.supplyAsync(() -> wal.stream("s").append(bytes("late")), threads);
      Waits.on(opening);
      var closing = CompletableFuture.runAsync(wal::close, threads);
      Thread.sleep(50); // time enough to forget the stream
      assertFalse(closing.isDone(), "it would miss the stream that is being opened");
      goOn.countDown();
      closing.get(20, TimeUnit.SECONDS);
      watch.clear();
      var kept = late.handle((_, e) -> e == null).get(20, TimeUnit.SECONDS);
      assertEquals(0, watch.writes(), "nothing is written once the log is closed");
      try (var again = Wal.open(root(), WalOptions.defaults())) {
        assertEquals(kept ? 2 : 1, again.stream("s").nextId());
      }
    }
    watch.hook((_, _) -> {});
    assertEquals(0, watch.openFiles());
  }

  @Test
  void theDirectoryCanBeOpenedAgainAtOnce() throws IOException {
    for (var i = 0; i < 20; i++) {
      try (Wal wal = open()) {
        assertEquals(i, wal.stream("s").append(bytes("r" + i)));
      }
    }
    assertTrue(root().list().contains("FORMAT"));
  }
}
