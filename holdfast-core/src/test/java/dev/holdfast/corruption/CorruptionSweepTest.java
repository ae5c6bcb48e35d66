package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.corruption.Damages.Damage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Damages logs of many shapes in every way we can think of, one at a time, and opens each for reading, for writing and
 * with {@code CorruptionPolicy.TRUNCATE}. What is right is said by {@link Examination}.
 */
class CorruptionSweepTest {
  private static final int WORKERS = 2;
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int SHOWN = 40;
  /** After so many findings nothing is learnt from more of them. */
  private static final int ENOUGH = 200;
  /**
   * Of the flipped bits, one in so many is examined in every way, not only by reading: a prime, so that all sorts are.
   */
  private static final int EACH = 23;

  private final ConcurrentLinkedQueue<String> findings = new ConcurrentLinkedQueue<>();
  private final Map<Thread, Running> running = new ConcurrentHashMap<>();
  private int submitted;
  private final AtomicInteger cases = new AtomicInteger();
  private final Semaphore room = new Semaphore(8 * WORKERS);

  private record Running(String what, long since) {}

  @Test
  @DisplayName("the undamaged shapes are read whole, by the engine and by the reader written from FORMAT.md")
  void undamaged() {
    QuietLogs.please();
    for (var shape : Shape.all()) {
      assertEquals(List.of(), Examination.of(shape, new Damage("undamaged", "nothing", shape.image())), shape.name());
      var read = TinyReader.read(shape.image(), Shape.STREAM);
      assertEquals(List.copyOf(shape.records().keySet()), read.stream().map(TinyReader.Item::id).toList(),
          shape.name());
    }
  }

  @Test
  @DisplayName("a single damage gives an exception that names a file or the right records, never a wrong one")
  void sweep() throws InterruptedException {
    QuietLogs.please();
    var begun = System.nanoTime();
    var counts = new TreeMap<String, Integer>();
    var workers = Executors.newFixedThreadPool(WORKERS, Thread.ofPlatform().name("sweep-", 0).daemon().factory());
    try {
      var first = true;
      for (var shape : Shape.all()) {
        var before = cases.get();
        Damages.of(shape, first, damage -> submit(workers, shape, damage));
        first = false;
        drain();
        counts.put(shape.name(), cases.get() - before);
      }
    } finally {
      workers.shutdownNow(); // without waiting: a case may hang
    }
    System.out.println("corruption sweep: " + cases + " cases in "
        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms: " + counts);
    assertTrue(findings.isEmpty(), this::describe);
    assertTrue(cases.get() >= 100_000, "only " + cases + " cases");
  }

  private String describe() {
    var all = new ArrayList<>(findings);
    return all.size() + " findings, the first: \n" + String.join("\n", all.subList(0, Math.min(SHOWN, all.size())));
  }

  private void submit(ExecutorService workers, Shape shape, Damage damage) {
    if (findings.size() >= ENOUGH) {
      return;
    }
    acquire(1);
    var number = submitted++;
    workers.execute(() -> {
      running.put(Thread.currentThread(), new Running(shape + ": " + damage, System.nanoTime()));
      try {
        var thoroughly = !damage.what().startsWith("bit ") || number % EACH == 0;
        findings.addAll(thoroughly ? Examination.of(shape, damage) : Examination.ofReading(shape, damage));
      } catch (RuntimeException | Error e) {
        findings.add(shape + ": " + damage + ": " + e);
      } finally {
        cases.incrementAndGet();
        running.remove(Thread.currentThread());
        room.release();
      }
    });
  }

  private void drain() {
    acquire(8 * WORKERS);
    room.release(8 * WORKERS);
  }

  /** Waits for room; a case that takes too long is a failure that names it, and where it is. */
  private void acquire(int permits) {
    try {
      while (!room.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
        running.forEach((thread, what) -> {
          if (System.nanoTime() - what.since() > LIMIT_NANOS) {
            throw new AssertionError(what.what() + " hangs at " + List.of(thread.getStackTrace()));
          }
        });
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
