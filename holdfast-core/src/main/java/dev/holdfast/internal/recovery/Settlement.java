package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes durable what an earlier process wrote and nothing proves durable: the bytes are written again where they are,
 * then synced. Only writing again makes the sync mean something: a page cache may hold bytes that a failed sync of the
 * earlier process has never stored.
 */
public final class Settlement {
  private static final int CHUNK = 1 << 20;

  /** A part of a file. */
  private record Region(long segment, long from, long to) {}

  private final SegmentFiles files;
  private final RingFrames ring;
  private final boolean wholeRing;
  private final List<Region> regions = new ArrayList<>();

  private Settlement(SegmentFiles files, RingFrames ring, boolean wholeRing) {
    this.files = files;
    this.ring = ring;
    this.wholeRing = wholeRing;
  }

  /** Returns what is to be settled after a scan. */
  public static Settlement of(SegmentFiles files, Recovered recovered, RingFrames ring) {
    var result = new Settlement(files, ring, ring.isPartOf(recovered));
    for (var segment : recovered.scanned()) {
      if (!segment.sealed()) {
        var from = Math.min(notDurableFrom(segment, recovered.durableEnd()), ring.beginIn(segment));
        if (from < segment.endOffset()) {
          result.regions.add(new Region(segment.firstId(), from, segment.endOffset()));
        }
      }
    }
    return result;
  }

  private static long notDurableFrom(ScannedSegment segment, long durableEnd) {
    if (segment.endId() <= durableEnd) {
      return Long.MAX_VALUE;
    }
    var entry = segment.index().floor(Math.max(0, durableEnd - segment.firstId()));
    return entry <= 0 ? StartFrame.DATA_START - StartFrame.SIZE : segment.index().offset(entry);
  }

  /** Returns whether there is nothing to do. */
  public boolean isEmpty() {
    return regions.isEmpty() && !ring.isThere();
  }

  /** Writes and syncs, then gives up the ring, whose frames are written from memory: the only copy is there no more. */
  public void run() throws IOException {
    for (var region : regions) {
      try (var file = files.directory().open(Names.segment(region.segment), Access.READ_WRITE)) {
        var source = ring.over(file, region.segment);
        var buffer = ByteBuffer.allocateDirect((int) Math.min(CHUNK, region.to - region.from));
        for (var at = region.from; at < region.to; at += buffer.limit()) {
          buffer.clear().limit((int) Math.min(buffer.capacity(), region.to - at));
          if (source.read(buffer, at) < buffer.limit()) {
            throw new IOException(file.name() + ": became shorter while it was read");
          }
          file.write(buffer.flip(), at);
        }
        file.force();
      }
    }
    files.directory().sync();
    ring.giveUp(files.directory(), wholeRing);
  }
}
