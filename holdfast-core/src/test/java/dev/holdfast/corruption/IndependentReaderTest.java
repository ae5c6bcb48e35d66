package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the engine writes is what FORMAT.md says: a reader written from the page alone reads the same. */
class IndependentReaderTest {
  static Iterable<Shape> shapes() {
    return Shape.all();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("the reader written from FORMAT.md alone agrees with the engine on every record, id and time")
  void agrees(Shape shape) {
    var items = TinyReader.read(shape.image(), Shape.STREAM);
    assertEquals(shape.records().size(), items.size());
    try (var wal = Wal.openReadOnly(shape.image().toDirectory(), Shape.OPTIONS)) {
      try (var cursor = wal.stream(Shape.STREAM).read(0)) {
        for (var item : items) {
          assertTrue(cursor.next());
          assertEquals(item.id(), cursor.id());
          assertArrayEquals(shape.records().get(item.id()), item.payload());
          assertArrayEquals(item.payload(), cursor.copyPayload());
          assertEquals(Instant.ofEpochMilli(item.time()), cursor.time());
        }
        assertTrue(!cursor.next());
      }
    }
  }
}
