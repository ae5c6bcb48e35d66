package dev.holdfast.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void percentilesAreWithinOnePercent() {
    var latencies = new Latencies();
    for (long i = 1; i <= 1_000_000; i++) {
      latencies.add(i);
    }
    for (double share : new double[]{0.0001, 0.01, 0.5, 0.99, 0.999}) {
      assertEquals(share * 1e6, latencies.percentile(share), Math.max(1, share * 1e4));
    }
    assertEquals(1_000_000, latencies.max());
    assertEquals(1e6, latencies.percentile(1));
    assertEquals(5e5, (double) latencies.countFrom(500_000), 5e3);
  }

  @Test
  void everyValueHasABucket() {
    var latencies = new Latencies();
    for (int shift = 0; shift < Long.SIZE - 1; shift++) {
      latencies.add(1L << shift);
      latencies.add((1L << shift) - 1);
    }
    latencies.add(Long.MAX_VALUE);
    assertEquals(2 * (Long.SIZE - 1) + 1, latencies.count());
    assertEquals(Long.MAX_VALUE, latencies.max());
  }

  @Test
  void nothingHasNoPercentile() {
    assertEquals(0.0, new Latencies().percentile(0.5));
  }

  @Test
  void thoseOfOthersAreAddedWhereverTheyAre() {
    var all = new Latencies();
    var low = new Latencies();
    var high = new Latencies();
    for (int i = 1; i <= 100; i++) {
      all.add(i);
      all.add(i * 1_000_000L);
      low.add(i);
      high.add(i * 1_000_000L);
    }
    low.addAll(high);
    low.addAll(new Latencies());
    assertEquals(all.count(), low.count());
    assertEquals(all.max(), low.max());
    assertEquals(100, low.countFrom(1000));
    for (double share : new double[]{0.01, 0.25, 0.5, 0.75, 1}) {
      assertEquals(all.percentile(share), low.percentile(share));
    }
  }
}
