package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.RingHeader;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The valid frames in the ring that an earlier process has left: acknowledged, and perhaps not in their segments yet.
 * The rules are in {@code docs/CRASH-SAFETY.md}, "The ring".
 */
public final class RingFrames {
  private static final RingFrames NONE = new RingFrames(false, List.of());
  private static final long MAX_SIZE = 1 << 28; // no writer makes a larger one

  private final boolean thereIsOne;
  private final List<Region> regions;

  /**
   * Frames that stand one behind the other in a segment.
   *
   * @param header where they belong
   * @param frames their bytes
   */
  record Region(RingHeader header, ByteBuffer frames) {
    long end() {
      return header.offset() + frames.limit();
    }

    boolean belongsTo(long firstId, SegmentHeader segment) {
      return header.segment() == firstId && header.epoch() == segment.epoch() && header.salt() == segment.salt();
    }
  }

  private RingFrames(boolean thereIsOne, List<Region> regions) {
    this.thereIsOne = thereIsOne;
    this.regions = regions;
  }

  /**
   * Reads the ring of a stream, if it has one. Changes nothing.
   *
   * @throws dev.holdfast.UnsupportedFormatException if a newer version wrote it
   */
  public static RingFrames read(SegmentFiles files) throws IOException {
    try (var file = files.directory().open(Names.RING, Access.READ)) {
      if (file.size() > MAX_SIZE) {
        throw files.corrupt(Names.RING, 0, 0, "a ring of " + file.size() + " bytes was made by no writer");
      }
      var half = (int) (file.size() / 2);
      var regions = new ArrayList<Region>();
      for (var i = 0; i < 2; i++) {
        var bytes = new byte[half];
        var read = file.read(ByteBuffer.wrap(bytes), (long) i * half);
        var region = regionOf(bytes, read, files.labelOf(Names.RING));
        if (region != null) {
          regions.add(region);
        }
      }
      return new RingFrames(true, List.copyOf(regions));
    } catch (NoSuchFileException e) {
      return NONE;
    }
  }

  private static @Nullable Region regionOf(byte[] bytes, int length, String label) {
    var half = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    var header = RingHeader.decode(half, label);
    if (header == null) {
      return null;
    }
    var frame = new Frame();
    var checksum = new FrameChecksum();
    var at = RingHeader.SIZE;
    var id = header.firstId();
    while (half.limit() - at >= Frame.HEADER) {
      frame.read(half, at);
      if (!frame.isPlausible(half.limit() - at, half.limit()) || !frame.isData() || frame.firstId() != id
          || frame.checksum() != checksum.of(header.salt(), bytes, at, frame.payloadLength())) {
        break;
      }
      id = frame.endId();
      at += (int) frame.size();
    }
    var frames = half.slice(RingHeader.SIZE, at - RingHeader.SIZE);
    return frames.hasRemaining() ? new Region(header, frames) : null;
  }

  /** Returns the files as they would be if the frames of the ring had been written into them. */
  public SegmentFiles over(SegmentFiles files) {
    return regions.isEmpty()
        ? files
        : new SegmentFiles(new OverlaidDirectory(files.directory(), this), files.label(), files.nameHash(),
            files.open(), files.mapped());
  }

  /** Returns a segment's file as it would be with the frames of the ring. */
  LogFile over(LogFile file, long firstId) throws IOException {
    var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
    var header = file.read(bytes, 0) < SegmentHeader.SIZE ? null : SegmentHeader.decode(bytes.flip(), file.name());
    if (header == null) {
      return file;
    }
    var its = regions.stream().filter(region -> region.belongsTo(firstId, header)).toList();
    return its.isEmpty() ? file : new OverlaidFile(file, its);
  }

  /**
   * Writes the frames that are part of the log into their segments, durably, and gives up the ring: keeps it under
   * another name if some of it is not part of the log.
   */
  public void merge(SegmentFiles files, Recovered recovered) throws IOException {
    if (!thereIsOne) {
      return;
    }
    var whole = !recovered.isCorrupt();
    for (var region : regions) {
      whole &= merge(region, files.directory(), recovered);
    }
    if (whole) {
      files.directory().delete(Names.RING);
    } else {
      files.directory().rename(Names.RING, nameAside(files.directory()));
    }
  }

  private static String nameAside(Directory directory) throws IOException {
    var n = 0;
    while (directory.exists(Names.RING + "." + n + Names.SET_ASIDE)) {
      n++;
    }
    return Names.RING + "." + n + Names.SET_ASIDE;
  }

  /** Returns false if some of it lies beyond where the segment's records end. */
  private static boolean merge(Region region, Directory directory, Recovered recovered) throws IOException {
    for (var segment : recovered.scanned()) {
      if (!segment.sealed() && region.belongsTo(segment.firstId(), segment.header())) {
        var length = Math.clamp(segment.endOffset() - region.header().offset(), 0, region.frames().limit());
        if (length > 0) {
          try (var file = directory.open(Names.segment(segment.firstId()), Access.READ_WRITE)) {
            file.write(region.frames().duplicate().limit(length).position(0), region.header().offset());
            file.force(); // while the ring is there: closed with bytes that are not durable, it would lose their error
          }
        }
        return length == region.frames().limit();
      }
    }
    var segment = region.header().segment(); // durable, or gone; or beyond the end, and to be set aside itself
    return segment < recovered.end() || !recovered.files().live().contains(segment);
  }
}
