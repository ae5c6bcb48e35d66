package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.internal.format.IndexEntries;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EqualFramesTest {
  private static final long SEED = 16;

  @Test
  @DisplayName("what was found of a stretch is known, and nothing of any other, while the index grows")
  void notes() {
    var random = new Random(SEED);
    var index = new IndexEntries();
    var frames = new EqualFrames(index);
    var size = 2_000;
    var examined = new boolean[size];
    var equal = new boolean[size];
    for (var i = 0; i < size; i++) {
      index.add(i, 8L * i, 0);
      var entry = random.nextInt(i + 1);
      if (!examined[entry]) {
        assertFalse(frames.isExamined(entry));
        assertFalse(frames.areEqual(entry));
        examined[entry] = true;
        equal[entry] = random.nextBoolean();
        frames.examined(entry, equal[entry]);
      }
    }
    for (var i = 0; i < size; i++) {
      assertEquals(examined[i], frames.isExamined(i), "entry " + i + ", seed " + SEED);
      assertEquals(equal[i], frames.areEqual(i), "entry " + i + ", seed " + SEED);
    }
  }
}
