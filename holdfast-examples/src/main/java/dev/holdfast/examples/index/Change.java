package dev.holdfast.examples.index;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What happens to the segments of an index. Each is a record. There is none for a checkpoint: that is a snapshot, and
 * the log itself notes that it was published.
 */
sealed interface Change {

  /**
   * A segment was written.
   *
   * @param segment its number; they are given in turn and never again
   * @param documents how many it has, all of them live
   */
  record AddSegment(long segment, int documents) implements Change {}

  /**
   * Documents were deleted: together, so a replacement is seen whole.
   *
   * @param documents which ones, by segment
   */
  record DeleteDocuments(SortedMap<Long, DocumentSet> documents) implements Change {
    /** Copies what it is given. */
    public DeleteDocuments {
      documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    }
  }

  /**
   * A merge began. Its segments stay live until it has ended, and their documents can be deleted.
   *
   * @param merge its number; they are given in turn and never again
   * @param segments what is merged
   */
  record StartMerge(long merge, SortedSet<Long> segments) implements Change {
    /** Copies what it is given. */
    public StartMerge {
      segments = Collections.unmodifiableSortedSet(new TreeSet<>(segments));
    }
  }

  /**
   * A merge was given up: everything is as if it had never begun.
   *
   * @param merge which one
   */
  record CancelMerge(long merge) implements Change {}

  /**
   * A merge has ended: the new segment takes the place of those that were merged.
   *
   * @param merge which one
   * @param segment the number of the new segment
   * @param documents how many were copied into it; with 0 there is no new segment
   * @param deletes the documents that were deleted since the merge began, and so were copied: where each of them has
   *   come to; ascending by where it was
   */
  record EndMerge(long merge, long segment, int documents, List<Remapped> deletes) implements Change {
    /** Copies what it is given. */
    public EndMerge {
      deletes = List.copyOf(deletes);
    }
  }

  /**
   * A document that a merge has copied.
   *
   * @param from where it was
   * @param to its number in the new segment
   */
  record Remapped(Document from, int to) {}
}
