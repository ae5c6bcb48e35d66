package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.IdRange;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Appending without waiting (E1). */
class AsyncAppendTest extends BackendTest {

  @Test
  void idsFollowTheOrderOfTheCalls() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      var singles = new ArrayList<CompletableFuture<Long>>();
      var batches = new ArrayList<CompletableFuture<IdRange>>();
      for (var i = 0; i < 300; i += 3) {
        singles.add(stream.appendAsync(bytes("r" + i)));
        batches.add(stream.appendBatchAsync(Logs.batch(i + 1, i + 3)));
      }
      for (var i = 0; i < 100; i++) {
        assertEquals(3L * i, singles.get(i).join());
        assertEquals(new IdRange(3L * i + 1, 3L * i + 3), batches.get(i).join());
      }
      assertEquals(300, stream.append(bytes("r300")));
      assertEquals(Logs.names(0, 301), Logs.read(stream, 0));
    }
  }

  @Test
  void theInputIsCopiedBeforeTheCallReturns() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("first"));
      var goOn = new CountDownLatch(1);
      watch.hook((op, path) -> {
        if (op == Watch.Op.WRITE && path.endsWith(".seg")) {
          Waits.on(goOn);
        }
      });
      var reused = bytes("aaaa");
      var futures = new ArrayList<CompletableFuture<?>>();
      for (var c = 'a'; c < 'e'; c++) {
        Arrays.fill(reused, (byte) c);
        futures.add(stream.appendAsync(reused));
        futures.add(stream.appendBatchAsync(List.of(reused, reused)));
      }
      Arrays.fill(reused, (byte) 'z');
      goOn.countDown();
      CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
      assertEquals(List.of("aaaa", "aaaa", "aaaa", "bbbb", "bbbb", "bbbb", "cccc", "cccc", "cccc", "dddd", "dddd",
          "dddd"), Logs.read(stream, 1));
    }
  }

  @Test
  void aFutureCompletesOnlyOnceItsRecordIsDurableAndReadable() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("r0"));
      var goOn = new CountDownLatch(1);
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          Waits.on(goOn);
        }
      });
      var later = stream.appendAsync(bytes("r1"))
          .thenApply(id -> stream.durableEnd() > id && stream.get(id).isPresent());
      Thread.sleep(30);
      assertFalse(later.isDone());
      goOn.countDown();
      assertTrue(later.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void futuresCompleteOnTheExecutorGiven() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (var mine = Executors.newFixedThreadPool(2, Thread.ofPlatform().name("mine-", 0).factory());
        var wal = open(WalOptions.builder().completionExecutor(mine))) {
      var stream = wal.stream("s");
      var seen = new ArrayList<CompletableFuture<?>>();
      for (var i = 0; i < 200; i++) {
        seen.add(delayed(stream.appendAsync(bytes("x")), threads));
        seen.add(delayed(stream.appendBatchAsync(Logs.batch(0, 2)), threads));
      }
      CompletableFuture.allOf(seen.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    }
    threads.remove(Thread.currentThread().getName()); // whose future was complete before it asked
    assertFalse(threads.isEmpty());
    assertTrue(threads.stream().allMatch(name -> name.startsWith("mine-")), threads::toString);
  }

  private static CompletableFuture<?> delayed(CompletableFuture<?> future, Set<String> threads) {
    return future.thenRun(() -> threads.add(Thread.currentThread().getName()));
  }

  @Test
  void byDefaultFuturesCompleteOnVirtualThreadsNeverOnOneThatCommits() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("r0"));
      var goOn = new CountDownLatch(1);
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          Waits.on(goOn);
        }
      });
      var thread = stream.appendAsync(bytes("x")).thenApply(_ -> Thread.currentThread());
      goOn.countDown();
      assertTrue(thread.get(20, TimeUnit.SECONDS).isVirtual(), () -> "" + thread.join());
    }
  }

  @Test
  void aDependentThatBlocksStallsNobodyElse() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("x"));
      var goOn = new CountDownLatch(1);
      var attached = new CountDownLatch(1);
      watch.hook((op, _) -> {
        if (op == Watch.Op.FORCE) {
          Waits.on(attached); // a dependent of a future that is complete already would block this thread
        }
      });
      var blocked = new ArrayList<CompletableFuture<Void>>();
      for (var i = 0; i < 50; i++) {
        blocked.add(stream.appendAsync(bytes("x")).thenAccept(_ -> Waits.on(goOn)));
      }
      attached.countDown();
      for (var i = 0; i < 20; i++) {
        stream.append(bytes("y"));
        stream.appendAsync(bytes("z")).get(20, TimeUnit.SECONDS);
        wal.stream("other").append(bytes("y"));
      }
      goOn.countDown();
      CompletableFuture.allOf(blocked.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    }
  }

  /** What the truncation had committed waited for ids beyond the end it set back to, and held up those behind it. */
  @Test
  void whatIsStagedWhenATruncationTakesTheStreamIsAcknowledged() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 5);
      var goOn = new CountDownLatch(1);
      var forcing = new CountDownLatch(1);
      watch.hook((op, _) -> {
        if (op == Watch.Op.FORCE) {
          forcing.countDown();
          Waits.on(goOn);
        }
      });
      var led = stream.appendAsync(bytes("r5"));
      Waits.on(forcing);
      var staged = stream.appendAsync(bytes("r6"));
      var truncating = Thread.ofPlatform().name("truncating").start(() -> stream.truncateFrom(5));
      Logs.await("it waits for the stream", () -> truncating.getState() == Thread.State.WAITING);
      goOn.countDown();
      assertEquals(5, led.get(20, TimeUnit.SECONDS));
      assertEquals(6, staged.get(20, TimeUnit.SECONDS));
      truncating.join();
      assertEquals(5, stream.appendAsync(bytes("another 5")).get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aDependentMayAppendItself() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream("s");
      var chain = stream.appendAsync(bytes("r0"));
      for (var i = 1; i < 50; i++) {
        var next = bytes("r" + i);
        chain = i % 2 == 0
            ? chain.thenCompose(_ -> stream.appendAsync(next))
            : chain.thenApply(_ -> stream.append(next));
      }
      assertEquals(49, chain.get(30, TimeUnit.SECONDS));
      assertEquals(Logs.names(0, 50), Logs.read(stream, 0));
    }
  }

  @Test
  void anExecutorThatRefusesLeavesNoFutureIncomplete() throws Exception {
    try (var wal = open(WalOptions.builder().completionExecutor(_ -> {
      throw new RejectedExecutionException("planted");
    }))) {
      var stream = wal.stream("s");
      for (var i = 0; i < 10; i++) {
        assertEquals(i, stream.appendAsync(bytes("r" + i)).get(20, TimeUnit.SECONDS));
      }
      assertEquals(10, stream.append(bytes("r10")), "appending goes on");
    }
  }

  @Test
  void anExecutorWhoseTasksNeverRunDoesNotStopAppends() throws IOException {
    var tasks = new ConcurrentLinkedQueue<Runnable>();
    try (var wal = open(WalOptions.builder().completionExecutor(tasks::add))) {
      var stream = wal.stream("s");
      var later = stream.appendAsync(bytes("r0"));
      assertEquals(1, stream.append(bytes("r1")));
      Logs.await("the completion is handed over", () -> !tasks.isEmpty());
      assertFalse(later.isDone());
      tasks.forEach(Runnable::run);
      assertEquals(0, later.getNow(-1L));
    }
  }

  @Test
  void aFullStagingAreaMakesTheCallerWaitSoMemoryIsBounded() throws Exception {
    try (var wal = open(WalOptions.builder().writeBufferSize(4096).maxSegmentSize(1 << 20))) {
      var stream = wal.stream("s");
      stream.append(bytes("first"));
      var goOn = new CountDownLatch(1);
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          Waits.on(goOn);
        }
      });
      var calls = new AtomicInteger();
      var futures = new ConcurrentLinkedQueue<CompletableFuture<Long>>();
      var caller = Thread.ofPlatform().name("caller").start(() -> {
        for (var i = 0; i < 200; i++) {
          futures.add(stream.appendAsync(new byte[1000]));
          calls.incrementAndGet();
        }
      });
      Logs.await("the staging area is full", () -> calls.get() >= 3);
      Thread.sleep(50);
      assertTrue(calls.get() <= 9, () -> calls + " records of 1000 bytes taken into two halves of 4 KiB");
      assertTrue(futures.stream().noneMatch(CompletableFuture::isDone));
      goOn.countDown();
      caller.join(30_000);
      for (var future : futures) {
        future.get(20, TimeUnit.SECONDS);
      }
      assertEquals(201, stream.nextId());
    }
  }

  @Test
  void aFailureReachesEveryFuture() throws Exception {
    var wal = open();
    var stream = wal.stream("s");
    stream.append(bytes("r0"));
    watch.hook((op, path) -> {
      if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
        throw new IOException("planted");
      }
    });
    var futures = new ArrayList<CompletableFuture<Long>>();
    for (var i = 0; i < 30; i++) {
      futures.add(stream.appendAsync(bytes("x")));
    }
    for (var future : futures) {
      var e = assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
      assertInstanceOf(StreamFailedException.class, e.getCause());
    }
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void aFutureOfWhatIsInTheRingIsCompleteWhenItIsReturned() throws Exception {
    assumeTrue(root().canMap() && root().overwritesInPlace(), "there is a ring only where files can be mapped");
    var tasks = new ConcurrentLinkedQueue<Runnable>();
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).completionExecutor(tasks::add))) {
      var stream = wal.stream("s");
      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      var i = 0L;
      for (var complete = 0; complete < 100; i++) { // the stream gets its ring when it has written often
        assertTrue(System.nanoTime() < deadline, "no future has been complete when it was returned");
        var before = tasks.size();
        var future = i % 2 == 0
            ? stream.appendAsync(bytes("r" + i))
            : stream.appendBatchAsync(Logs.batch(i, i + 1)).thenApply(IdRange::start);
        if (future.isDone() && tasks.size() == before) {
          assertEquals(i, future.join());
          complete++;
        } else {
          Thread.sleep(1);
        }
        tasks.forEach(Runnable::run); // those that have run before find their futures complete
      }
      assertEquals(Logs.names(0, i), Logs.read(stream, 0));
    }
  }

  @Test
  void manyVirtualThreadsAppendSideBySide() throws Exception {
    try (var wal = open(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var stream = wal.stream("s");
      var ids = ConcurrentHashMap.<Long>newKeySet();
      var tasks = new ArrayList<CompletableFuture<Void>>();
      for (var t = 0; t < 500; t++) {
        tasks.add(CompletableFuture.runAsync(() -> {
          for (var i = 0; i < 4; i++) {
            assertTrue(ids.add(stream.append(bytes("x"))), "an id was given twice");
          }
        }, threads));
      }
      CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
      assertEquals(2000, ids.size());
      assertEquals(2000, stream.nextId());
      assertEquals(2000, stream.durableEnd());
    }
  }

  @Test
  void mixedAppendersOfOneStreamEachFindTheirOwnRecords() throws Exception {
    try (var wal = open(smallSegments().syncPolicy(SyncPolicy.ASYNC).writeBufferSize(4096))) {
      var stream = wal.stream("s");
      var threads = new ArrayList<Thread>();
      var wrong = new ConcurrentLinkedQueue<String>();
      for (var t = 0; t < 4; t++) {
        var name = "t" + t;
        threads.add(Thread.ofPlatform().name(name).start(() -> {
          for (var i = 0; i < 100; i++) {
            var record = bytes(name + "/" + i);
            var id = i % 3 == 0
                ? stream.append(record)
                : i % 3 == 1 ? stream.appendAsync(record).join() : stream.appendBatch(List.of(record)).start();
            if (!Arrays.equals(record, stream.get(id).orElse(new byte[0]))) {
              wrong.add(name + "/" + i + " is not at " + id);
            }
          }
        }));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), List.copyOf(wrong));
      assertEquals(400, Set.copyOf(Logs.read(stream, 0)).size());
    }
  }
}
