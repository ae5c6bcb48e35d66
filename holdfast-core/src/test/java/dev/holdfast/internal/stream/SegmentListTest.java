package dev.holdfast.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.internal.segment.OpenFiles;
import dev.holdfast.internal.segment.Reaper;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.MemoryDirectory;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Lists of segments made from others. */
class SegmentListTest {
  private static final SegmentFiles FILES = new SegmentFiles(new MemoryDirectory(), "streams/a", 1,
      new OpenFiles(1, new Reaper()), false);

  private static Segment segment(long firstId) {
    return Segment.onDisk(FILES, 0, firstId, Long.MAX_VALUE);
  }

  private static SegmentList list(long... firstIds) {
    return new SegmentList(LongStream.of(firstIds).mapToObj(SegmentListTest::segment).toList(), 3);
  }

  private static void has(SegmentList list, Long... firstIds) {
    assertTrue(list.hasFirstIds(List.of(firstIds)));
    assertEquals(List.of(firstIds), list.asList().stream().map(Segment::firstId).toList());
  }

  @Test
  void endsWithAnotherInThePlaceOfThoseBehind() {
    var list = list(5, 10, 20);
    has(list.endingWith(segment(30)), 5L, 10L, 20L, 30L);
    var replacement = segment(20);
    has(list.endingWith(replacement), 5L, 10L, 20L);
    assertSame(replacement, list.endingWith(replacement).get(2));
    has(list.endingWith(segment(15)), 5L, 10L, 15L);
    has(list.endingWith(segment(1)), 1L);
    has(list(new long[0]).endingWith(segment(3)), 3L);
    has(list, 5L, 10L, 20L);
  }

  @Test
  void startsWithTheFirstOneThatIsKept() {
    var list = list(5, 10, 20);
    has(list.startingWith(10), 10L, 20L);
    has(list.startingWith(11), 20L);
    has(list.startingWith(0), 5L, 10L, 20L);
    has(list.startingWith(21));
    assertEquals(21, list.startingWith(21).firstId());
    has(list, 5L, 10L, 20L);
  }

  @Test
  void replacesOnlyWhatIsThere() {
    var list = list(5, 10, 20);
    var sealed = segment(10);
    var replaced = list.replacing(list.get(1), sealed);
    assertSame(sealed, replaced.get(1));
    has(replaced, 5L, 10L, 20L);
    assertSame(list, list.replacing(segment(10), sealed), "another one of the same first id has taken its place");
    assertSame(list, list.replacing(segment(11), sealed));
  }

  @Test
  void isAskedForWhatComesFromAnIdOn() {
    var list = list(5, 10, 20);
    assertEquals(List.of(list.get(1), list.get(2)), list.from(10));
    assertEquals(List.of(list.get(2)), list.from(11));
    assertEquals(List.of(), list.from(21));
    assertEquals(3, list(new long[0]).firstId());
    has(list.with(List.of(segment(7))), 7L);
  }
}
