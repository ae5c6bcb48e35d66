package dev.holdfast.examples.index;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** What an index might do: the same from the same view on. Not safe for use by several threads. */
final class IndexSimulation {
  private static final int SEGMENTS = 8;
  private static final int MERGES = 3;

  private final SplittableRandom random;
  private final int documents;

  /**
   * Creates one.
   *
   * @param documents how many a new segment has at most
   */
  IndexSimulation(long seed, int documents) {
    this.random = new SplittableRandom(seed);
    this.documents = documents;
  }

  /** Returns a change that makes sense. */
  Change next(IndexView view) {
    var idle = new ArrayList<>(view.segments().keySet());
    view.merges().values().forEach(merge -> idle.removeAll(merge.dropped().keySet()));
    var kind = idle.size() > SEGMENTS ? 6 : random.nextInt(10);
    if (kind < 4 && view.liveDocuments() > 0) {
      return delete(view);
    }
    if (kind >= 6 && kind < 8 && !idle.isEmpty() && view.merges().size() < MERGES) {
      Collections.shuffle(idle, new Random(random.nextLong()));
      return new Change.StartMerge(view.nextMerge(), new TreeSet<>(idle.subList(0, Math.min(4, idle.size()))));
    }
    if (kind >= 6 && !view.merges().isEmpty()) {
      var merges = List.copyOf(view.merges().keySet());
      var merge = merges.get(random.nextInt(merges.size()));
      return random.nextInt(5) == 0 ? new Change.CancelMerge(merge) : end(view, merge);
    }
    return new Change.AddSegment(view.nextSegment(), 1 + random.nextInt(documents));
  }

  private Change delete(IndexView view) {
    var segments = List.copyOf(view.segments().entrySet());
    var deleted = new TreeMap<Long, DocumentSet>();
    for (var tries = 0; tries < 3 || deleted.isEmpty(); tries++) {
      var each = segments.get(random.nextInt(segments.size()));
      var segment = each.getValue();
      var chosen = random.ints(1 + random.nextInt(5), 0, segment.documents())
          .filter(document -> !segment.deleted().contains(document)).toArray();
      if (chosen.length > 0) {
        deleted.put(each.getKey(), DocumentSet.of(chosen));
      }
    }
    return new Change.DeleteDocuments(deleted);
  }

  /** The new segment has its documents in an order of its own, as one that is sorted has. */
  private Change end(IndexView view, long merge) {
    var copied = new ArrayList<>(view.copiedBy(merge));
    Collections.shuffle(copied, new Random(random.nextLong()));
    var places = new HashMap<Document, Integer>();
    copied.forEach(document -> places.put(document, places.size()));
    return view.endOf(merge, document -> places.getOrDefault(document, -1));
  }
}
