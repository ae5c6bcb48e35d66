package dev.holdfast.examples.index;

/**
 * A live segment: its files never change, only which of its documents are deleted.
 *
 * @param documents how many it was written with, at least 1
 * @param deleted which of them are deleted
 */
record Segment(int documents, DocumentSet deleted) {
  Segment {
    if (documents < 1) {
      throw new IllegalArgumentException("a segment has at least 1 document, not " + documents);
    }
    if (deleted.end() > documents) {
      throw new IllegalArgumentException("document " + (deleted.end() - 1) + " of a segment that has " + documents);
    }
  }

  /** Returns how many of its documents are not deleted. */
  int live() {
    return documents - deleted.size();
  }

  Segment without(DocumentSet more) {
    return new Segment(documents, deleted.plus(more));
  }
}
