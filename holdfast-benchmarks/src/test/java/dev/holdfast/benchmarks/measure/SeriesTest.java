package dev.holdfast.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void aRoundThatWasDisturbedForAllDoesNotMoveTheRatio() {
    Series limit = series("limit", 100, 100, 9_000, 100);
    Series program = series("program", 110, 110, 9_900, 110);
    assertEquals(1.1, program.ratioTo(limit, Figures::nanosPerOperation), 1e-9);
    assertEquals(100, limit.median(Figures::nanosPerOperation));
  }

  private static Series series(String name, long... nanos) {
    List<Figures> rounds = LongStream.of(nanos).mapToObj(time -> new Figures(1, time, new Latencies())).toList();
    return new Series(name, rounds);
  }
}
