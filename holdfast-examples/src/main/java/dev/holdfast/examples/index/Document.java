package dev.holdfast.examples.index;

import java.util.Comparator;

/**
 * Where a document is. A merge brings it to another place.
 *
 * @param segment in which segment
 * @param number its number there, from 0
 */
record Document(long segment, int number) implements Comparable<Document> {
  private static final Comparator<Document> ORDER = Comparator.comparingLong(Document::segment)
      .thenComparingInt(Document::number);

  @Override
  public int compareTo(Document other) {
    return ORDER.compare(this, other);
  }
}
