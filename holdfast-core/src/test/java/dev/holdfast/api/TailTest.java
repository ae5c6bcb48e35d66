package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.RecordCursor;
import dev.holdfast.StreamFailedException;
import dev.holdfast.StreamNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Cursors that wait for the next record (E3). */
class TailTest extends BackendTest {
  private static final Executor THREADS = Executors
      .newThreadPerTaskExecutor(Thread.ofPlatform().name("waiting-", 0).daemon().factory());

  @Test
  void waitingEndsWithTheTimeout() throws IOException {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      var begun = System.nanoTime();
      assertFalse(tail.next(Duration.ofMillis(60)));
      var waited = Duration.ofNanos(System.nanoTime() - begun);
      assertTrue(waited.toMillis() >= 60 && waited.toSeconds() < 10, waited::toString);
      assertFalse(tail.next(Duration.ZERO));
      assertFalse(tail.next(Duration.ofSeconds(-1)));
    }
  }

  @Test
  void waitingEndsWithTheRecord() throws Exception {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      var waiting = waitFor(tail);
      wal.stream("s").append(bytes("r0"));
      assertTrue(waiting.get(20, TimeUnit.SECONDS));
      assertEquals("r0", text(tail.payload()));
      assertFalse(tail.next());
    }
  }

  @Test
  void aRecordThatIsThereIsDeliveredWithoutWaitingWhateverTheTimeout() throws IOException {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      Logs.append(wal.stream("s"), 0, 5);
      assertTrue(tail.next(Duration.ZERO));
      assertTrue(tail.next(Duration.ofSeconds(-5)));
      assertTrue(tail.next(Duration.ofSeconds(Long.MAX_VALUE)));
      assertTrue(tail.next(ChronoUnit.FOREVER.getDuration()));
      assertTrue(tail.next(Duration.ofSeconds(Long.MIN_VALUE)));
    }
  }

  @Test
  void waitingForEverEndsWithTheRecordToo() throws Exception {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      var waiting = CompletableFuture.supplyAsync(() -> tail.next(ChronoUnit.FOREVER.getDuration()), THREADS);
      Thread.sleep(20);
      wal.stream("s").append(bytes("r0"));
      assertTrue(waiting.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void closingTheCursorFromAnotherThreadEndsTheWait() throws Exception {
    try (var wal = open()) {
      var tail = wal.stream("s").tail(0);
      var waiting = waitFor(tail);
      tail.close();
      assertEndsWith(WalClosedException.class, waiting);
      assertThrows(WalClosedException.class, tail::next);
      assertThrows(WalClosedException.class, () -> tail.next(Duration.ZERO));
      tail.close();
    }
  }

  @Test
  void closingTheLogEndsTheWait() throws Exception {
    var wal = open();
    var tail = wal.stream("s").tail(0);
    var waiting = waitFor(tail);
    wal.close();
    assertEndsWith(WalClosedException.class, waiting);
  }

  @Test
  void deletingTheStreamEndsTheWait() throws Exception {
    try (var wal = open()) {
      wal.stream("s").append(bytes("x"));
      var waiting = waitFor(wal.stream("s").tail(1));
      wal.deleteStream("s");
      assertEndsWith(StreamNotFoundException.class, waiting);
    }
  }

  @Test
  void truncationUnderACursorThatWaitsFurtherOnEndsTheWait() throws Exception {
    try (var wal = open()) {
      Logs.append(wal.stream("s"), 0, 10);
      var waiting = waitFor(wal.stream("s").tail(10));
      wal.stream("s").truncateFrom(5);
      assertEndsWith(CursorInvalidatedException.class, waiting);
    }
  }

  @Test
  void aFailureOfTheStreamEndsTheWait() throws Exception {
    var wal = open();
    wal.stream("s").append(bytes("x"));
    var waiting = waitFor(wal.stream("s").tail(1));
    watch.hook((op, _) -> {
      if (op == Watch.Op.FORCE) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, () -> wal.stream("s").append(bytes("y")));
    assertEndsWith(StreamFailedException.class, waiting);
    assertThrows(StreamFailedException.class, wal::close);
  }

  private static CompletableFuture<Boolean> waitFor(RecordCursor tail) throws InterruptedException {
    var waiting = CompletableFuture.supplyAsync(() -> tail.next(Duration.ofSeconds(30)), THREADS);
    Thread.sleep(30);
    assertFalse(waiting.isDone(), "it has not waited");
    return waiting;
  }

  private static void assertEndsWith(Class<? extends Throwable> expected, CompletableFuture<Boolean> waiting) {
    var e = assertThrows(ExecutionException.class, () -> waiting.get(20, TimeUnit.SECONDS));
    assertInstanceOf(expected, e.getCause());
  }

  @Test
  void anInterruptNeitherEndsTheWaitNorIsLost() throws Exception {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      var interrupted = new CompletableFuture<Boolean>();
      var thread = Thread.ofPlatform().name("interrupted").start(() -> {
        var found = tail.next(Duration.ofSeconds(30));
        interrupted.complete(found && Thread.currentThread().isInterrupted());
      });
      Thread.sleep(20);
      thread.interrupt();
      Thread.sleep(20);
      assertFalse(interrupted.isDone());
      wal.stream("s").append(bytes("x"));
      assertTrue(interrupted.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void anInterruptedThreadStillWaitsAsLongAsAsked() throws IOException {
    try (var wal = open(); var tail = wal.stream("s").tail(0)) {
      Thread.currentThread().interrupt();
      var begun = System.nanoTime();
      assertFalse(tail.next(Duration.ofMillis(50)));
      assertTrue(System.nanoTime() - begun >= 50_000_000L);
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void manyTailsOnOneStreamEachGetEveryRecord() throws Exception {
    try (var wal = open(smallSegments().syncPolicy(SyncPolicy.ASYNC))) {
      var stream = wal.stream("s");
      var tails = new ArrayList<CompletableFuture<List<String>>>();
      for (var i = 0; i < 8; i++) {
        tails.add(CompletableFuture.supplyAsync(() -> {
          var seen = new ArrayList<String>();
          try (var tail = stream.tail(0)) {
            while (seen.size() < 1000 && tail.next(Logs.SOON)) {
              seen.add(text(tail.payload()));
            }
          }
          return seen;
        }, THREADS));
      }
      for (var i = 0; i < 1000; i += 10) {
        Logs.append(stream, i, i + 10);
        if (i % 100 == 0) {
          Thread.sleep(1); // so that they wait now and then
        }
      }
      for (var tail : tails) {
        assertEquals(Logs.names(0, 1000), tail.get(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void virtualThreadsTailAndAppend() {
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
      try (var wal = open(WalOptions.builder()); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var futures = new ArrayList<CompletableFuture<Integer>>();
        for (var i = 0; i < 100; i++) {
          futures.add(CompletableFuture.supplyAsync(() -> {
            var n = 0;
            try (var tail = wal.stream("s").tail(0)) {
              while (n < 100 && tail.next(Logs.SOON)) {
                n++;
              }
            }
            return n;
          }, threads));
          futures.add(CompletableFuture.supplyAsync(() -> {
            wal.stream("s").append(bytes("x"));
            return 100;
          }, threads));
        }
        for (var future : futures) {
          assertEquals(100, future.join());
        }
      }
    });
  }
}
