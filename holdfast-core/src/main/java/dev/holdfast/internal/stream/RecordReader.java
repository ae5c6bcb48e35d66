package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.RecordVisitor;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.stream.StreamView.Cut;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads records by id. Safe for use by many threads. */
final class RecordReader {
  private final StreamView view;
  /** How often a read starts over because the segments have changed under it. */
  static final int MAX_RETRIES = 10;
  private static final int MOST_AT_ONCE = 1 << 12;

  private final ScratchPool scratches;
  private final CompressedFrames compressed;
  private final Runnable refresh;

  /**
   * Creates a reader.
   *
   * @param refresh looks whether anything has changed, before damage is believed
   */
  RecordReader(StreamView view, ScratchPool scratches, CompressedFrames compressed, Runnable refresh) {
    this.compressed = compressed;
    this.refresh = refresh;
    this.view = view;
    this.scratches = scratches;
  }

  /** Hands a record to {@code visitor}; false if there is none of this id. */
  boolean get(long id, RecordVisitor visitor) {
    var scratch = scratches.take();
    try {
      var found = find(id, scratch);
      if (found < 0) {
        return false;
      }
      var at = recordAt(scratch, id);
      visitor.visit(id, scratch.view(at, recordLength(scratch, id)));
      return true;
    } finally {
      scratches.giveBack(scratch);
    }
  }

  /** Returns a copy of a record, or null if there is none of this id. */
  byte @Nullable [] get(long id) {
    var scratch = scratches.take();
    try {
      var found = find(id, scratch);
      if (found < 0) {
        return null;
      }
      var result = new byte[recordLength(scratch, id)];
      scratch.content().get(recordAt(scratch, id), result);
      return result;
    } finally {
      scratches.giveBack(scratch);
    }
  }

  /** Returns where a record is, or null if there is none of this id. */
  EngineStream.@Nullable Place placeOf(long id) {
    var scratch = scratches.take();
    try {
      var segments = view.segments();
      var found = find(id, scratch);
      var i = segments.indexOf(id);
      return found < 0 || i < 0
          ? null
          : new EngineStream.Place(segments.get(i).name(), found, scratch.frame().checksum());
    } finally {
      scratches.giveBack(scratch);
    }
  }

  /** Where a history ends: as the start frame of the segment that begins there says it. */
  StartFrame endAt(long id) throws IOException {
    var segments = view.segments();
    var i = segments.indexOf(id - 1);
    if (i < 0) {
      return StartFrame.FIRST;
    }
    var segment = segments.get(i);
    var open = segment.acquire();
    try {
      var epoch = open.header().epoch();
      var seal = open.seal();
      if (seal != null && segment.firstId() + seal.records() == id) {
        return new StartFrame(segment.firstId(), epoch, seal.dataEnd(), seal.checksum());
      }
      return lastFrame(open, segment, id,
          (frame, end) -> new StartFrame(segment.firstId(), epoch, end, frame.checksum()));
    } finally {
      segment.release();
    }
  }

  /** Returns the offset of the end of the frame with the last record below {@code id}, which is in this segment. */
  long endIn(OpenSegment open, Segment segment, long id) throws IOException {
    return lastFrame(open, segment, id, (_, end) -> end);
  }

  private <T> T lastFrame(OpenSegment open, Segment segment, long id, BiFunction<Frame, Long, T> result)
      throws IOException {
    var scratch = scratches.take();
    try {
      var offset = frameOf(open, segment, id - 1, scratch);
      return result.apply(scratch.frame(), offset + scratch.frame().size());
    } finally {
      scratches.giveBack(scratch);
    }
  }

  /** Returns where in the content of the frame read last record {@code id} begins. */
  static int recordAt(Scratch scratch, long id) {
    var frame = scratch.frame();
    return frame.type() == Frame.RECORD
        ? scratch.contentAt()
        : BatchPayload.offset(scratch.content(), scratch.contentAt(), frame.count(), (int) (id - frame.firstId()));
  }

  static int recordLength(Scratch scratch, long id) {
    var frame = scratch.frame();
    return frame.type() == Frame.RECORD
        ? scratch.contentLength()
        : BatchPayload.length(scratch.content(), scratch.contentAt(), (int) (id - frame.firstId()));
  }

  /**
   * Has the validated frame with this record in {@code scratch}, decompressed, and returns its offset, or -1 if there
   * is no such record.
   */
  private long find(long id, Scratch scratch) {
    for (var attempt = 0;; attempt++) {
      var cut = view.lastCut();
      var end = view.readableEnd(); // before the segments: whatever is visible is in a segment published before
      var segments = view.segments();
      if (id >= end) {
        view.checkReadable(id);
        return -1;
      }
      var i = segments.indexOf(id);
      if (i < 0) {
        return -1;
      }
      try {
        var offset = findIn(segments, i, id, scratch);
        if (view.lastCut() == cut) {
          return offset;
        }
      } catch (CorruptionException e) {
        if (isStillTrue(segments, cut, attempt)) {
          throw e;
        }
      } catch (IOException e) {
        if (isStillTrue(segments, cut, attempt)) {
          throw unreadable(segments.get(i), id, e);
        }
      }
      scratch.forget();
    }
  }

  private boolean isStillTrue(SegmentList segments, Cut cut, int attempt) {
    refresh.run();
    view.checkOpen();
    return view.isCurrent(segments, cut) || attempt >= MAX_RETRIES;
  }

  static RuntimeException unreadable(Segment segment, long id, IOException e) {
    if (e instanceof NoSuchFileException) {
      return segment.files().corrupt(segment.name(), 0, id, "the file is gone");
    }
    return new WalIOException("cannot read " + segment.files().labelOf(segment.name()) + ": " + e.getMessage(), e);
  }

  private long findIn(SegmentList segments, int i, long id, Scratch scratch) throws IOException {
    var segment = segments.get(i);
    var open = segment.acquire();
    try {
      segments.checkedEnd(i, id, open);
      var offset = headerOf(open, segment, id, view.readableEnd(), scratch);
      if (scratch.frame().isCompressed()) {
        compressed.read(scratch, open, segment, offset);
      } else {
        scratch.readFrame(open, segment, offset);
      }
      return offset;
    } finally {
      segment.release();
    }
  }

  /** Has the validated frame with record {@code id}, as it is stored, in {@code scratch}; returns its offset. */
  static long frameOf(OpenSegment open, Segment segment, long id, Scratch scratch) throws IOException {
    var offset = walkTo(open, segment, id, open.index().floor(id - segment.firstId()), scratch);
    scratch.readFrame(open, segment, offset);
    return offset;
  }

  /**
   * Has the header of the frame with record {@code id} in {@code scratch}; returns its offset. Where all frames between
   * two entries of the index are known to be of one size, that is calculated; if anything is not as it must be then,
   * stepping there from the entry says what.
   */
  private static long headerOf(OpenSegment open, Segment segment, long id, long visibleEnd, Scratch scratch)
      throws IOException {
    var index = open.index();
    var distance = id - segment.firstId();
    var entry = index.floor(distance);
    if (entry >= 0 && entry + 1 < index.size()) {
      var records = index.idDistance(entry + 1) - index.idDistance(entry);
      var bytes = index.offset(entry + 1) - index.offset(entry);
      if (areEqual(open, segment, entry, visibleEnd, scratch)) {
        var size = bytes / records;
        var offset = index.offset(entry) + (distance - index.idDistance(entry)) * size;
        scratch.forget();
        if (scratch.readHeader(open, offset, id, (int) Math.min(size, MOST_AT_ONCE)) && scratch.frame().size() == size
            && scratch.frame().type() == Frame.RECORD) {
          return offset;
        }
      }
    }
    return walkTo(open, segment, id, entry, scratch);
  }

  /** Returns whether all frames from an entry of the index to the next are single records of one size. */
  private static boolean areEqual(OpenSegment open, Segment segment, int entry, long visibleEnd, Scratch scratch)
      throws IOException {
    var known = open.equalFrames();
    if (!known.isExamined(entry)) {
      var index = open.index();
      if (segment.firstId() + index.idDistance(entry + 1) > visibleEnd) {
        return false; // not all of it is acknowledged, and what is not may still be placed otherwise
      }
      known.examined(entry, stepThrough(open, segment, entry, scratch));
    }
    return known.areEqual(entry);
  }

  private static boolean stepThrough(OpenSegment open, Segment segment, int entry, Scratch scratch)
      throws IOException {
    scratch.forget();
    var index = open.index();
    var end = index.offset(entry + 1);
    var expected = segment.firstId() + index.idDistance(entry);
    var size = 0L;
    for (var offset = index.offset(entry); offset < end; offset += size) {
      if (!scratch.readHeader(open, offset, expected) || scratch.frame().type() != Frame.RECORD
          || (size != 0 && scratch.frame().size() != size)) {
        return false;
      }
      size = scratch.frame().size();
      expected++;
    }
    return expected == segment.firstId() + index.idDistance(entry + 1);
  }

  /** Steps from an entry of the index to the frame with record {@code id}, as {@link #headerOf}. */
  private static long walkTo(OpenSegment open, Segment segment, long id, int entry, Scratch scratch)
      throws IOException {
    scratch.forget();
    var index = open.index();
    var offset = startOf(index, entry);
    var expected = entry < 0 ? segment.firstId() : segment.firstId() + index.idDistance(entry);
    while (true) {
      if (!scratch.readHeader(open, offset, expected) || scratch.frame().type() == Frame.SEAL) {
        throw segment.files().corrupt(segment.name(), offset, expected,
            "no frame continues here, but record " + id + " must be behind");
      }
      var frame = scratch.frame();
      if (id < frame.endId()) {
        return offset;
      }
      offset += frame.size();
      expected = frame.endId();
    }
  }

  private static long startOf(IndexEntries index, int entry) {
    return entry < 0 ? StartFrame.DATA_START : index.offset(entry);
  }
}
