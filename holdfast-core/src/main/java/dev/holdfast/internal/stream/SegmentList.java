package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of a stream at one moment, oldest first. Immutable. Lists are made from others without looking at the
 * segments: a rotation of a stream with thousands would wait for memory nobody has used for long.
 */
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
    this(segments.toArray(Segment[]::new), segments.stream().mapToLong(Segment::firstId).toArray(), firstIfEmpty);
  }

  private SegmentList(Segment[] segments, long[] firstIds, long firstIfEmpty) {
    this.segments = segments;
    this.firstIds = firstIds;
    this.firstIfEmpty = firstIfEmpty;
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

  /** Returns the segments that begin at {@code id} or behind. */
  List<Segment> from(long id) {
    return List.of(Arrays.copyOfRange(segments, countBefore(id), segments.length));
  }

  /** Returns this list with other segments. */
  SegmentList with(List<Segment> others) {
    return new SegmentList(others, firstId());
  }

  /** Returns this list without the segments that begin before {@code id}. */
  SegmentList startingWith(long id) {
    var dropped = countBefore(id);
    return new SegmentList(Arrays.copyOfRange(segments, dropped, segments.length),
        Arrays.copyOfRange(firstIds, dropped, firstIds.length), id);
  }

  /** Returns this list with {@code last} at its end, in the place of those that begin where it does or behind. */
  SegmentList endingWith(Segment last) {
    var kept = countBefore(last.firstId());
    var itsSegments = Arrays.copyOf(segments, kept + 1);
    var itsFirstIds = Arrays.copyOf(firstIds, kept + 1);
    itsSegments[kept] = last;
    itsFirstIds[kept] = last.firstId();
    return new SegmentList(itsSegments, itsFirstIds, firstId());
  }

  /**
   * Returns this list with {@code replacement} in the place of {@code old}, which begins where it does; the same list
   * if that is not there.
   */
  SegmentList replacing(Segment old, Segment replacement) {
    var i = Arrays.binarySearch(firstIds, old.firstId());
    if (i < 0 || segments[i] != old) {
      return this;
    }
    var its = segments.clone();
    its[i] = replacement;
    return new SegmentList(its, firstIds, firstId());
  }

  private int countBefore(long id) {
    var i = Arrays.binarySearch(firstIds, id);
    return i >= 0 ? i : -i - 1;
  }
}
