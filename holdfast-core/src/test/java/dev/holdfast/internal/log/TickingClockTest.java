package dev.holdfast.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class TickingClockTest {
  private static final long START = 1_000;

  private final Source source = new Source();
  private final TickingClock clock = new TickingClock(source);

  private static final class Source implements InstantSource {
    private final AtomicLong now = new AtomicLong(START);
    private final AtomicLong reads = new AtomicLong();

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
      reads.incrementAndGet();
      return now.get();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    var deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "nothing has happened for 20 s");
      Thread.sleep(1);
    }
  }

  private void askUntilItTicks() throws InterruptedException {
    await(() -> {
      for (var i = 0; i < 10_000; i++) {
        assertEquals(source.now.get(), clock.millis());
      }
      return clock.isTicking();
    });
  }

  @Test
  void isReadForEachWhileItIsSeldomAsked() {
    for (var i = 0; i < 100; i++) {
      assertEquals(START + i, clock.millis());
      source.now.incrementAndGet();
    }
    assertFalse(clock.isTicking());
    assertEquals(100, source.reads.get());
  }

  @Test
  void isReadByOneThreadWhenItIsAskedOften() throws InterruptedException {
    askUntilItTicks();
    await(() -> {
      var before = source.reads.get();
      for (var i = 0; i < 10_000; i++) {
        assertEquals(START, clock.millis());
      }
      return source.reads.get() - before < 1_000;
    });
  }

  @Test
  void followsItsSourceWhileItTicks() throws InterruptedException {
    askUntilItTicks();
    for (var i = 1; i < 20; i++) {
      source.now.addAndGet(7);
      await(() -> clock.millis() == source.now.get());
    }
  }

  @Test
  void endsItsThreadWhenItHasNotBeenNeededForAWhile() throws InterruptedException {
    var brief = new TickingClock(source, 1_000_000);
    for (var round = 0; round < 3; round++) {
      source.now.incrementAndGet();
      await(() -> {
        for (var i = 0; i < 10_000; i++) {
          assertEquals(source.now.get(), brief.millis());
        }
        return brief.isTicking() && brief.hasThread();
      });
      await(() -> !brief.hasThread());
      assertFalse(brief.isTicking());
    }
  }

  @Test
  void keepsItsThreadForAWhileWhenNobodyAsks() throws InterruptedException {
    askUntilItTicks();
    await(() -> !clock.isTicking());
    assertTrue(clock.hasThread(), "starting one takes as long as thousands of appends");
    source.now.incrementAndGet();
    askUntilItTicks();
  }

  @Test
  void stopsTickingWhenNobodyAsksAndIsExactAgain() throws InterruptedException {
    askUntilItTicks();
    await(() -> !clock.isTicking());
    source.now.addAndGet(12_345);
    assertEquals(START + 12_345, clock.millis());
    askUntilItTicks();
  }
}
