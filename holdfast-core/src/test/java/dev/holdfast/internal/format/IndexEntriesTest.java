package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IndexEntriesTest {
  private static final long SEED = 12;

  private static void assertFloors(int size, IntUnaryOperator step) {
    var index = new IndexEntries();
    var ids = new long[size];
    var last = 0L;
    for (var i = 0; i < size; i++) {
      ids[i] = last;
      index.add(last, 8L * i, 0);
      last += step.applyAsInt(i);
    }
    var expected = -1;
    for (var id = 0L; id < last + 10; id += 1 + last / 20_000) {
      while (expected + 1 < size && ids[expected + 1] <= id) {
        expected++;
      }
      assertEquals(expected, index.floor(id), "seed " + SEED + ", " + size + " entries, id " + id);
    }
  }

  @Test
  @DisplayName("the last entry at or below an id is found, however the ids are spread")
  void floor() {
    var random = new Random(SEED);
    for (var size : new int[]{0, 1, 2, 3, 7, 64, 1_000}) {
      assertFloors(size, _ -> 1);
      assertFloors(size, _ -> 26);
      assertFloors(size, _ -> 1 + random.nextInt(100));
      assertFloors(size, i -> i % 100 == 3 ? 1_000_000 : 1);
      assertFloors(size, i -> 1 + i * i % 100_000);
    }
    assertFloors(12, i -> 1 << (2 * i)); // each as far as all before it
  }

  @Test
  @DisplayName("an id below the first entry has none")
  void belowTheFirst() {
    var index = new IndexEntries();
    for (var i = 0; i < 10; i++) {
      index.add(100 + 10 * i, 8L * i, 0);
    }
    assertEquals(-1, index.floor(0));
    assertEquals(-1, index.floor(99));
    assertEquals(0, index.floor(100));
    assertEquals(9, index.floor(0xFFFF_FFFFL));
  }
}
