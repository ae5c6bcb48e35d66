package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** The segments of a stream at one moment, oldest first. Immutable. */
final class SegmentList {
  static final SegmentList EMPTY = new SegmentList(List.of(), 0);

  private final Segment[] segments;
  private final long[] firstIds;
  private final long firstIfEmpty;

  /**
   * Creates a list.
   *
   * @param firstIfEmpty if there are no segments, the id that the first one will begin with
   */
  SegmentList(List<Segment> segments, long firstIfEmpty) {
    this.firstIfEmpty = firstIfEmpty;
    this.segments = segments.toArray(Segment[]::new);
    this.firstIds = new long[this.segments.length];
    for (var i = 0; i < firstIds.length; i++) {
      firstIds[i] = this.segments[i].firstId();
    }
  }

  int size() {
    return segments.length;
  }

  Segment get(int i) {
    return segments[i];
  }

  /** Returns the first id of the first segment, or what it will be if there is none. */
  long firstId() {
    return firstIds.length == 0 ? firstIfEmpty : firstIds[0];
  }

  /** Returns the id at which segment {@code i} ends because the next one begins; for the last one, no bound. */
  long endOf(int i) {
    return i + 1 < firstIds.length ? firstIds[i + 1] : Long.MAX_VALUE;
  }

  /**
   * Returns the id at which segment {@code i}, opened as {@code open}, ends as the segment after it has it, for reading
   * record {@code id}; what it holds beyond may be of another history.
   *
   * @throws dev.holdfast.CorruptionException if that is not beyond {@code id}: a segment between them is missing
   */
  long checkedEnd(int i, long id, OpenSegment open) throws IOException {
    if (i + 1 == segments.length) {
      return Long.MAX_VALUE;
    }
    var end = segments[i].endBefore(segments[i + 1], open);
    if (id >= end) {
      throw segments[i].files().corrupt(segments[i + 1].name(), SegmentHeader.SIZE, id,
          "it continues a segment that begins at record " + end + ", which is missing");
    }
    return end;
  }

  /** Returns the index of the segment that has {@code id} or would have it, or -1 if it is below the first. */
  int indexOf(long id) {
    var i = Arrays.binarySearch(firstIds, id);
    return i >= 0 ? i : -i - 2;
  }

  /** Returns whether these are the first ids of the segments. */
  boolean hasFirstIds(List<Long> ids) {
    return Arrays.equals(firstIds, ids.stream().mapToLong(Long::longValue).toArray());
  }

  List<Segment> asList() {
    return List.of(segments);
  }

  /** Returns a list in which {@code change} was done to a copy of the segments. */
  SegmentList with(UnaryOperator<List<Segment>> change) {
    return new SegmentList(change.apply(new ArrayList<>(asList())), firstId());
  }
}
