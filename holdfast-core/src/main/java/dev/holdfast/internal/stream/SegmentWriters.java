package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.recovery.ScannedSegment;
import dev.holdfast.internal.segment.NameSync;
import dev.holdfast.internal.segment.PreparedSegment;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.internal.segment.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the segments of a stream that is open for writing: those found at opening, and those begun since. */
final class SegmentWriters {
  private final StreamContext context;
  private final StreamView view;
  private final NameSync names;
  private final BooleanSupplier cleaner;

  SegmentWriters(StreamContext context, StreamView view, NameSync names, BooleanSupplier cleaner) {
    this.context = context;
    this.view = view;
    this.names = names;
    this.cleaner = cleaner;
  }

  /**
   * Returns the segments that a scan found.
   *
   * @param unsealed is given those that are complete and have no seal yet
   */
  List<Segment> found(SegmentFiles found, long streamId, Recovered recovered, Consumer<SegmentWriter> unsealed) {
    var firstIds = recovered.segments();
    var segments = new ArrayList<Segment>();
    for (var i = 0; i < firstIds.size(); i++) {
      long firstId = firstIds.get(i);
      long end = i + 1 < firstIds.size() ? firstIds.get(i + 1) : recovered.end();
      var scanned = recovered.unsealedAt(firstId);
      segments.add(scanned == null
          ? Segment.onDisk(found, streamId, firstId, end)
          : reopened(found, scanned, unsealed).segment());
    }
    return segments;
  }

  private SegmentWriter reopened(SegmentFiles found, ScannedSegment scanned, Consumer<SegmentWriter> unsealed) {
    var position = new SegmentWriter.Position(scanned.firstId(), scanned.endOffset(), scanned.endId(),
        scanned.lastTime(), scanned.lastChecksum(), scanned.index(), true);
    var writer = new SegmentWriter(found, scanned.header(), scanned.start(), position, scanned.fileSize(), false,
        names, cleaner);
    if (!scanned.residue()) {
      unsealed.accept(writer);
    }
    return writer;
  }

  /**
   * Returns the writer of a segment without records that has its name.
   *
   * @param durable whether all of it is
   * @param prepared what it was prepared as; null for a stream's first one
   */
  SegmentWriter begun(SegmentFiles files, SegmentHeader header, StartFrame start, long id, boolean durable,
      @Nullable PreparedSegment prepared) {
    var unsynced = durable ? 0 : Frame.unsynced(id, view.durableEnd());
    var checksum = start.encode(header.salt(), id, unsynced, 0).getInt(Frame.CHECKSUM);
    var position = new SegmentWriter.Position(id, StartFrame.DATA_START, id, 0, checksum,
        prepared == null ? new IndexEntries() : prepared.index(), durable);
    var growing = prepared == null ? header.reserved() == 0 : prepared.space() == Space.GROWING;
    var reserved = prepared == null ? header.reserved() : prepared.size();
    var size = growing ? context.options().maxSegmentSize() : reserved;
    return new SegmentWriter(files, header, start, position, size, growing, names, cleaner);
  }
}
