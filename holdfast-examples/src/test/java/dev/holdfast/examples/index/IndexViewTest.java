package dev.holdfast.examples.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What each change does, and what its bytes stand. */
class IndexViewTest {
  /** Two segments of three documents, of which 0/1 was deleted before merge 0 of both began. */
  private static final IndexView MERGING = IndexView.EMPTY.apply(new Change.AddSegment(0, 3))
      .apply(new Change.AddSegment(1, 3)).apply(delete(0, 1)).apply(start(0, 0L, 1L));

  private static Change delete(long segment, int... documents) {
    return new Change.DeleteDocuments(new TreeMap<>(Map.of(segment, DocumentSet.of(documents))));
  }

  private static Change start(long merge, Long... segments) {
    return new Change.StartMerge(merge, new TreeSet<>(List.of(segments)));
  }

  @Test
  void aDocumentDeletedWhileItWasMergedIsDeletedWhereItHasCome() {
    var view = MERGING.apply(delete(0, 2)).apply(delete(1, 0, 1));
    var end = view.endOf(0, document -> 4 - (int) document.segment() * 2 - document.number());
    assertEquals(List.of(new Change.Remapped(new Document(0, 2), 2), new Change.Remapped(new Document(1, 0), 2),
        new Change.Remapped(new Document(1, 1), 1)), end.deletes());
    refused(view, end, "has two documents in one place");
    var apart = view.endOf(0, document -> document.segment() == 0 ? 4 : document.number());
    var after = view.apply(apart);
    assertEquals(new Segment(5, DocumentSet.of(0, 1, 4)), after.segments().get(2L));
    assertEquals(1, after.segments().size());
    assertEquals(2, after.liveDocuments());
    assertTrue(after.merges().isEmpty());
  }

  @Test
  void aCancelledMergeLeavesWhatWasDeletedMeanwhile() {
    var view = MERGING.apply(delete(1, 2)).apply(new Change.CancelMerge(0));
    assertEquals(new Segment(3, DocumentSet.of(1)), view.segments().get(0L));
    assertEquals(new Segment(3, DocumentSet.of(2)), view.segments().get(1L));
    assertEquals(1, view.nextMerge());
    assertEquals(view.nextSegment(), MERGING.nextSegment());
    assertEquals(2, view.apply(start(1, 0L)).nextMerge(), "its segments can be merged again");
  }

  @Test
  void aMergeOfWhatWasDeletedEntirelyLeavesNoSegment() {
    var view = IndexView.EMPTY.apply(new Change.AddSegment(0, 2)).apply(delete(0, 0, 1)).apply(start(0, 0L));
    var after = view.apply(view.endOf(0, Document::number));
    assertTrue(after.segments().isEmpty());
    assertEquals(2, after.nextSegment(), "the number is used up all the same");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    refused(MERGING, new Change.AddSegment(0, 1), "out of turn");
    refused(MERGING, new Change.AddSegment(2, 0), "at least 1 document");
    refused(MERGING, delete(0, 1), "deleted before");
    refused(MERGING, delete(0, 3), "document 3 of a segment that has 3");
    refused(MERGING, delete(7, 0), "segment 7 is not live");
    refused(MERGING, start(1, 0L), "being merged already");
    refused(MERGING, start(1), "a merge of no segments");
    refused(MERGING, start(0, 0L), "out of turn");
    refused(MERGING, new Change.CancelMerge(1), "merge 1 is not under way");
    refused(MERGING, new Change.EndMerge(0, 3, 5, List.of()), "out of turn");
    refused(MERGING, new Change.EndMerge(0, 2, 6, List.of()), "copies 5 documents, not 6");
    refused(MERGING.apply(delete(1, 2)), new Change.EndMerge(0, 2, 5, List.of()), "must say of");
    refused(MERGING, new Change.EndMerge(0, 2, 5, List.of(new Change.Remapped(new Document(0, 1), 0))), "must say of");
    refused(MERGING.apply(delete(1, 2)), new Change.EndMerge(0, 2, 5,
        List.of(new Change.Remapped(new Document(1, 2), 5))), "document 5 of a segment that has 5");
  }

  private static void refused(IndexView view, Change change, String why) {
    var e = assertThrows(IllegalArgumentException.class, () -> view.apply(change));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
  }

  // ---- bytes

  @Test
  void bytesAreReadAsWhatWasWrittenOrRefused() throws CodecException {
    var simulation = new IndexSimulation(3, 30);
    var view = IndexView.EMPTY;
    for (var i = 0; i < 200; i++) {
      var change = simulation.next(view);
      view = view.apply(change);
      mutilate(ChangeCodec.versioned(), change, i);
      mutilate(new IndexViewCodec(), view, i);
    }
  }

  /** Whatever has happened to the bytes, they are an entry, or they are none; and nothing is allocated for nothing. */
  private static <E> void mutilate(Codec<E> codec, E entry, long seed) throws CodecException {
    var bytes = Codecs.toBytes(codec, entry);
    assertEquals(entry, Codecs.fromBytes(codec, bytes));
    assertArrayEquals(bytes, Codecs.toBytes(codec, Codecs.fromBytes(codec, bytes)));
    var random = new SplittableRandom(seed);
    for (var i = 0; i < 40; i++) {
      var other = random.nextBoolean() ? bytes.clone() : Arrays.copyOf(bytes, random.nextInt(bytes.length));
      for (var n = random.nextInt(4); n > 0 && other.length > 0; n--) {
        other[random.nextInt(other.length)] = (byte) random.nextInt(256);
      }
      try {
        var read = Codecs.fromBytes(codec, other);
        assertEquals(read, Codecs.fromBytes(codec, Codecs.toBytes(codec, read)));
      } catch (CodecException e) {
        assertTrue(e.getMessage() != null, "says why");
      }
    }
  }

  @Test
  void aVersionThatIsNotKnownIsRefusedByItsNumber() throws CodecException {
    var bytes = Codecs.toBytes(ChangeCodec.versioned(), new Change.CancelMerge(5));
    bytes[0] = 2;
    var e = assertThrows(CodecException.class, () -> Codecs.fromBytes(ChangeCodec.versioned(), bytes));
    assertTrue(String.valueOf(e.getMessage()).contains("2"), e::toString);
  }
}
