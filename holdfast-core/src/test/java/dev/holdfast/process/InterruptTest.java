package dev.holdfast.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interrupts at any moment: nothing fails, nothing is lost, and the flag is kept. KNOWN-FAILURES 23, 33. */
@Timeout(120)
class InterruptTest {
  private static final int APPENDS = 250;

  @TempDir
  Path temporary;

  private final List<Worker> workers = new ArrayList<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicInteger interrupts = new AtomicInteger();

  /** What a worker does again and again. */
  private interface Step {
    void run(int number) throws Exception;
  }

  /** A thread that is interrupted, and knows whether it has been since it last cleared its flag. */
  private final class Worker {
    private final FutureTask<Void> task;
    private final Thread thread;
    private boolean interrupted; // guarded by this

    Worker(String name, boolean virtual, int steps, int clearEvery, Step step) {
      task = new FutureTask<>(() -> {
        for (var i = 0; i < steps && !(steps == Integer.MAX_VALUE && stop.get()); i++) {
          step.run(i);
          checkFlag(i % clearEvery == 0);
        }
        checkFlag(false);
        return null;
      });
      var builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
      thread = builder.name(name).unstarted(task);
    }

    synchronized void interrupt() {
      interrupted = true;
      thread.interrupt();
    }

    private synchronized void checkFlag(boolean clear) {
      assertEquals(interrupted, Thread.currentThread().isInterrupted(), "the interrupt flag");
      if (clear) {
        interrupted = false;
        Thread.interrupted();
      }
    }
  }

  private void work(String name, boolean virtual, int steps, int clearEvery, Step step) {
    workers.add(new Worker(name, virtual, steps, clearEvery, step));
  }

  /** Runs the workers, of which the first {@code ending} end by themselves, under a storm of interrupts. */
  private void storm(int ending) throws Exception {
    var random = new SplittableRandom(23);
    workers.forEach(worker -> worker.thread.start());
    var storm = Thread.ofPlatform().name("storm").start(() -> {
      while (!stop.get()) {
        workers.get(random.nextInt(workers.size())).interrupt();
        interrupts.incrementAndGet();
        LockSupport.parkNanos(random.nextInt(60_000));
      }
    });
    try {
      for (var worker : workers.subList(0, ending)) {
        worker.task.get(100, TimeUnit.SECONDS);
      }
    } finally {
      stop.set(true);
      storm.join();
    }
    for (var worker : workers) {
      worker.task.get(60, TimeUnit.SECONDS);
    }
    System.out.println("InterruptTest: " + interrupts + " interrupts");
  }

  @Test
  void interruptsOfWritersReadersAndTailsLoseNothing() throws Exception { // KNOWN-FAILURES 23
    var options = WalOptions.builder().maxSegmentSize(16_384).maxOpenSegments(4).build();
    Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    try (var wal = Wal.open(temporary, options)) {
      var stream = wal.stream("s");
      for (var writer = 0; writer < 6; writer++) {
        var name = writer;
        work("writer-" + writer, writer % 2 == 1, APPENDS, writer < 2 ? 1 : 7,
            i -> append(stream, name, i, acknowledged));
      }
      for (var reader = 0; reader < 2; reader++) {
        var random = new SplittableRandom(reader);
        work("reader-" + reader, reader == 1, Integer.MAX_VALUE, 5, _ -> read(stream, random, acknowledged));
      }
      Set<Long> tailed = ConcurrentHashMap.newKeySet();
      try (var first = stream.tail(0); var second = stream.tail(0)) {
        for (var cursor : List.of(first, second)) {
          work("tail", cursor.equals(second), Integer.MAX_VALUE, 9, _ -> {
            if (cursor.next(Duration.ofMillis(50))) {
              tailed.add(cursor.id());
            }
          });
        }
        storm(6);
        while (first.next()) {
          tailed.add(first.id());
        }
      }
      assertEquals(stream.nextId(), tailed.size());
      assertAllThere(stream, acknowledged);
    }
    try (var wal = Wal.open(temporary, options)) {
      assertAllThere(wal.stream("s"), acknowledged);
    }
    assertTrue(interrupts.get() > 1_000, () -> "only " + interrupts + " interrupts");
  }

  private static byte[] record(int writer, int number, int index) {
    return (writer + "/" + number + "/" + index).getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static void append(LogStream stream, int writer, int number, Map<Long, String> acknowledged) {
    switch (number % 4) {
      case 0 -> {
        var ids = stream.appendBatch(List.of(record(writer, number, 0), record(writer, number, 1)));
        acknowledged.put(ids.start(), writer + "/" + number + "/0");
        acknowledged.put(ids.start() + 1, writer + "/" + number + "/1");
      }
      case 1 -> {
        var future = stream.appendAsync(record(writer, number, 0));
        stream.sync();
        stream.sync();
        // join is deaf to interrupts and keeps them, unlike get
        acknowledged.put(future.join(), writer + "/" + number + "/0");
      }
      default -> acknowledged.put(stream.append(record(writer, number, 0)), writer + "/" + number + "/0");
    }
  }

  private static void read(LogStream stream, SplittableRandom random, Map<Long, String> acknowledged) {
    var end = stream.nextId();
    if (end > 0) {
      var id = random.nextLong(end);
      var expected = acknowledged.get(id);
      var found = text(stream.get(id).orElseThrow());
      assertTrue(expected == null || expected.equals(found), () -> id + ": " + expected + ", " + found);
    }
  }

  private static void assertAllThere(LogStream stream, Map<Long, String> acknowledged) {
    Map<Long, String> found = new HashMap<>();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        found.put(cursor.id(), text(cursor.copyPayload()));
      }
    }
    assertEquals(found.size(), Set.copyOf(found.values()).size(), "records are there twice");
    assertEquals(acknowledged, found);
  }

  @Test
  void interruptsWhileOpeningRotatingTruncatingAndClosingLoseNothing() throws Exception { // KNOWN-FAILURES 23
    for (var i = 0; i < 4; i++) {
      var log = temporary.resolve("log-" + i);
      var options = WalOptions.builder().maxSegmentSize(4_096).maxOpenSegments(4)
          .syncPolicy(i % 2 == 0 ? SyncPolicy.STRICT : SyncPolicy.ASYNC).build();
      work("life-" + i, i < 2, 6, 5, number -> life(log, options, number));
    }
    storm(4);
  }

  private static void life(Path log, WalOptions options, int number) {
    try (var wal = Wal.open(log, options)) {
      var stream = wal.stream("s");
      assertEquals(number * 40L, stream.nextId());
      for (var i = 0; i < 40; i++) {
        assertEquals(number * 40L + i, stream.append(new byte[500 + i]));
      }
      for (var id = stream.firstId(); id < stream.nextId(); id++) {
        assertEquals(500 + (int) (id % 40), stream.get(id).orElseThrow().length);
      }
      stream.truncateBefore(number * 40L);
      stream.truncateFrom(number * 40L + 30);
      for (var i = 30; i < 40; i++) {
        assertEquals(number * 40L + i, stream.append(new byte[500 + i]));
      }
      stream.sync();
      try (var reading = Wal.openReadOnly(log, options)) {
        assertEquals(stream.nextId(), reading.stream("s").nextId());
      }
    }
  }

  @Test
  void waitingWithTheFlagSetDoesNotSpin() throws Exception { // KNOWN-FAILURES 33
    try (var wal = Wal.open(temporary)) {
      var stream = wal.stream("s");
      stream.append(new byte[1]);
      for (var virtual : List.of(false, true)) {
        var task = new FutureTask<>(() -> {
          Thread.currentThread().interrupt();
          try (var cursor = stream.tail(1)) {
            var before = cpu();
            assertEquals(false, cursor.next(Duration.ofSeconds(1)));
            var spent = cpu().minus(before);
            assertTrue(spent.toMillis() < 500, () -> spent + " of the processor for a wait of one second");
          }
          return Thread.interrupted();
        });
        var builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        builder.name("waiter").start(task);
        assertTrue(task.get(60, TimeUnit.SECONDS), "the flag was not kept");
      }
    }
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }
}
