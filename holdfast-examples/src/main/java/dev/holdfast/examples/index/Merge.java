package dev.holdfast.examples.index;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A merge under way: it copies the documents that were live when it began into a new segment.
 *
 * @param dropped for each segment that is merged, which documents were deleted when it began and are not copied
 */
record Merge(SortedMap<Long, DocumentSet> dropped) {
  Merge {
    if (dropped.isEmpty()) {
      throw new IllegalArgumentException("a merge of no segments");
    }
    dropped = Collections.unmodifiableSortedMap(new TreeMap<>(dropped));
  }
}
