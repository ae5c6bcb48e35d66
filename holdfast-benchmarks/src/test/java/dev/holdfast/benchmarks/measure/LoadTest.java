package dev.holdfast.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadTest {
  @Test
  void aRoundOfThreadsThatHoldOnToTheirCarrierEndsInTime() throws Exception {
    var load = new Load(ThreadKind.VIRTUAL, 200, Duration.ofMillis(20), Long.MAX_VALUE, Load.Timing.EACH);

    Figures figures = load.run(_ -> Thread.onSpinWait()); // never lets another thread have the carrier

    assertTrue(figures.operations() > 0);
    assertTrue(figures.nanos() < Duration.ofSeconds(2).toNanos(),
        figures.nanos() + " ns, not 200 times 20 ms one after the other");
  }

  @ParameterizedTest
  @EnumSource
  void thereIsAlwaysAnOperation(Load.Timing timing) throws Exception {
    var load = new Load(ThreadKind.PLATFORM, 1, Duration.ZERO, Long.MAX_VALUE, timing);
    assertTrue(load.run(_ -> {}).operations() > 0);
  }

  @Test
  void everyIterationIsGivenOnceAndTellsItsThread() throws Exception {
    Set<Long> iterations = ConcurrentHashMap.newKeySet();
    Set<Integer> threads = ConcurrentHashMap.newKeySet();
    var load = new Load(ThreadKind.PLATFORM, 4, Duration.ofMinutes(1), 400, Load.Timing.ROUND);

    Figures figures = load.run(iteration -> {
      iterations.add(iteration);
      threads.add(Load.threadOf(iteration));
    });

    assertEquals(400, figures.operations());
    assertEquals(400, iterations.size());
    assertEquals(Set.of(0, 1, 2, 3), threads);
  }
}
