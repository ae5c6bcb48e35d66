package dev.holdfast.examples.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * The live segments and their deleted documents, and the merges under way: what the changes add up to. Immutable.
 *
 * @param nextSegment the number of the next segment
 * @param nextMerge the number of the next merge
 * @param segments the live segments, by number
 * @param merges the merges under way, by number
 */
record IndexView(long nextSegment, long nextMerge, SortedMap<Long, Segment> segments, SortedMap<Long, Merge> merges) {
  static final IndexView EMPTY = new IndexView(0, 0, new TreeMap<>(), new TreeMap<>());

  /** Copies the maps, and checks that they fit together. */
  IndexView {
    segments = Collections.unmodifiableSortedMap(new TreeMap<>(segments));
    merges = Collections.unmodifiableSortedMap(new TreeMap<>(merges));
    require(segments.isEmpty() || (segments.firstKey() >= 0 && segments.lastKey() < nextSegment), "segments",
        segments.keySet(), "are not all below the next one");
    require(merges.isEmpty() || (merges.firstKey() >= 0 && merges.lastKey() < nextMerge), "merges", merges.keySet(),
        "are not all below the next one");
    var merging = new HashSet<Long>();
    for (var merge : merges.values()) {
      for (var each : merge.dropped().entrySet()) {
        var segment = segments.get(each.getKey());
        if (segment == null || !merging.add(each.getKey())) {
          throw new IllegalArgumentException("segment " + each.getKey()
              + " cannot be merged: it is not live, or being merged already");
        }
        require(segment.deleted().containsAll(each.getValue()), "segment", each.getKey(),
            "has documents again that had been deleted");
      }
    }
  }

  private static void require(boolean condition, String what, Object which, String problem) {
    if (!condition) {
      throw new IllegalArgumentException(what + " " + which + " " + problem);
    }
  }

  // ---- changing

  /**
   * Returns the view after a change.
   *
   * @throws IllegalArgumentException if the change makes no sense here
   */
  IndexView apply(Change change) {
    return switch (change) {
      case Change.AddSegment add -> add(add);
      case Change.DeleteDocuments delete -> delete(delete);
      case Change.StartMerge start -> start(start);
      case Change.CancelMerge(var merge) -> {
        running(merge);
        yield new IndexView(nextSegment, nextMerge, segments, without(merges, List.of(merge)));
      }
      case Change.EndMerge end -> end(end);
    };
  }

  private IndexView add(Change.AddSegment add) {
    require(add.segment() == nextSegment, "segment", add.segment(), "is out of turn");
    var segment = new Segment(add.documents(), DocumentSet.EMPTY);
    return new IndexView(nextSegment + 1, nextMerge, with(segments, nextSegment, segment), merges);
  }

  private IndexView delete(Change.DeleteDocuments delete) {
    var after = new TreeMap<>(segments);
    delete.documents().forEach((number, documents) -> {
      var segment = live(number);
      var before = segment.deleted().size();
      var less = segment.without(documents);
      require(less.deleted().size() == before + documents.size(), "segment", number,
          "has had some of these documents deleted before: " + documents);
      after.put(number, less);
    });
    return new IndexView(nextSegment, nextMerge, after, merges);
  }

  private IndexView start(Change.StartMerge start) {
    require(start.merge() == nextMerge, "merge", start.merge(), "is out of turn");
    var dropped = new TreeMap<Long, DocumentSet>();
    start.segments().forEach(number -> dropped.put(number, live(number).deleted()));
    var merge = new Merge(dropped);
    require(copied(merge) <= Integer.MAX_VALUE, "merge", start.merge(), "has too many documents: " + copied(merge));
    return new IndexView(nextSegment, nextMerge + 1, segments, with(merges, nextMerge, merge));
  }

  /** The documents deleted since the merge began are in the new segment, and stay deleted there. */
  private IndexView end(Change.EndMerge end) {
    var merge = running(end.merge());
    require(end.segment() == nextSegment, "segment", end.segment(), "is out of turn");
    require(end.documents() == copied(merge), "merge", end.merge(), "copies " + copied(merge) + " documents, not "
        + end.documents());
    var from = end.deletes().stream().map(Change.Remapped::from).toList();
    require(from.equals(deletedSinceItBegan(merge)), "merge", end.merge(), "must say of " + deletedSinceItBegan(merge)
        + " where they have come to, not of " + from);
    var deleted = DocumentSet.of(end.deletes().stream().mapToInt(Change.Remapped::to).toArray());
    require(deleted.size() == from.size(), "merge", end.merge(), "has two documents in one place");
    var after = without(segments, merge.dropped().keySet());
    if (end.documents() > 0) {
      after.put(end.segment(), new Segment(end.documents(), deleted));
    }
    return new IndexView(nextSegment + 1, nextMerge, after, without(merges, List.of(end.merge())));
  }

  private static <T> SortedMap<Long, T> with(SortedMap<Long, T> map, long key, T value) {
    var after = new TreeMap<>(map);
    after.put(key, value);
    return after;
  }

  private static <T> SortedMap<Long, T> without(SortedMap<Long, T> map, Collection<Long> keys) {
    var after = new TreeMap<>(map);
    after.keySet().removeAll(keys);
    return after;
  }

  // ---- looking

  private Segment live(long number) {
    var segment = segments.get(number);
    if (segment == null) {
      throw new IllegalArgumentException("segment " + number + " is not live");
    }
    return segment;
  }

  private Merge running(long number) {
    var merge = merges.get(number);
    if (merge == null) {
      throw new IllegalArgumentException("merge " + number + " is not under way");
    }
    return merge;
  }

  /** Returns how many documents are not deleted. */
  long liveDocuments() {
    return segments.values().stream().mapToLong(Segment::live).sum();
  }

  /** Returns how many documents a merge copies. */
  private long copied(Merge merge) {
    return merge.dropped().entrySet().stream()
        .mapToLong(each -> live(each.getKey()).documents() - each.getValue().size()).sum();
  }

  /** Returns the documents that a merge copies, in their order. */
  List<Document> copiedBy(long number) {
    var found = new ArrayList<Document>();
    running(number).dropped().forEach((segment, dropped) -> {
      for (var document = 0; document < live(segment).documents(); document++) {
        if (!dropped.contains(document)) {
          found.add(new Document(segment, document));
        }
      }
    });
    return found;
  }

  private List<Document> deletedSinceItBegan(Merge merge) {
    var found = new ArrayList<Document>();
    merge.dropped().forEach((segment, dropped) -> live(segment).deleted().minus(dropped).stream()
        .forEach(document -> found.add(new Document(segment, document))));
    return found;
  }

  /**
   * Returns the end of a merge as things are now.
   *
   * @param places where each document that was copied has come to; asked for those deleted since the merge began
   */
  Change.EndMerge endOf(long number, ToIntFunction<Document> places) {
    var merge = running(number);
    var deletes = deletedSinceItBegan(merge).stream()
        .map(document -> new Change.Remapped(document, places.applyAsInt(document))).toList();
    return new Change.EndMerge(number, nextSegment, (int) copied(merge), deletes);
  }
}
