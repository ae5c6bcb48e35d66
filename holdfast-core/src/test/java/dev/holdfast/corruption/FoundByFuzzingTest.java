package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.CorruptionPolicy;
import dev.holdfast.Wal;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What fuzzing has found, each with the least that shows it. */
class FoundByFuzzingTest {
  private static final byte[] NEW = "what goes on".getBytes(StandardCharsets.UTF_8);

  /**
   * The log went on from the id that the renamed file begins with, below the floor that its new name had made of it:
   * the next open dropped what was appended there.
   */
  @Test
  void whatTruncateGoesOnWithIsNotBelowTheFloorWhenStateIsLostAndTheFirstSegmentRenamed() {
    QuietLogs.please();
    for (var shape : Shape.all()) {
      var first = Shape.PREFIX + "00000000000000000000.seg";
      if (shape.image().files().containsKey(first)) {
        var image = shape.image().without(first)
            .with(Shape.PREFIX + "00000000000000000001.seg", shape.image().get(first))
            .without(Shape.PREFIX + "STATE");
        goesOn(shape.name(), image.toDirectory());
      }
    }
  }

  private static void goesOn(String name, MemoryDirectory directory) {
    var truncate = Shape.OPTIONS.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    long id;
    try (var wal = Wal.open(directory, truncate)) {
      id = wal.stream(Shape.STREAM).append(NEW);
    }
    try (var wal = Wal.open(directory, Shape.OPTIONS)) {
      var stream = wal.stream(Shape.STREAM);
      assertEquals(id + 1, stream.nextId(), name);
      assertArrayEquals(NEW, stream.get(id).orElseThrow(), name);
    }
  }
}
