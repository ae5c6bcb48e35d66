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
import java.util.Arrays;
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
    while (isNext(half, bytes, at, id, header.salt(), frame, checksum)) {
      id = frame.endId();
      at += (int) frame.size();
    }
    if (at == RingHeader.SIZE) {
      return null;
    }
    // A copy: it stays until the first sync, and a half may have little in it.
    return new Region(header, ByteBuffer.wrap(Arrays.copyOfRange(bytes, RingHeader.SIZE, at)));
  }

  /** A method of its own, called for each frame: so it is compiled in a program that has just started, too. */
  private static boolean isNext(ByteBuffer half, byte[] bytes, int at, long id, long salt, Frame frame,
      FrameChecksum checksum) {
    if (half.limit() - at < Frame.HEADER) {
      return false;
    }
    frame.read(half, at);
    return frame.isPlausible(half.limit() - at, half.limit()) && frame.isData() && frame.firstId() == id
        && frame.checksum() == checksum.of(salt, bytes, at, frame.payloadLength());
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
    var its = new ArrayList<Region>();
    for (var region : regions) { // a stream would take longer than all of an opening's reads
      if (region.belongsTo(firstId, header)) {
        its.add(region);
      }
    }
    return its.isEmpty() ? file : new OverlaidFile(file, List.copyOf(its));
  }

  /** Returns whether there is a ring, with frames or without. */
  boolean isThere() {
    return thereIsOne;
  }

  /** Returns the offset from which on a segment has frames of the ring that are part of the log, a huge one if none. */
  long beginIn(ScannedSegment segment) {
    var begin = Long.MAX_VALUE;
    for (var region : regions) {
      if (lengthIn(segment, region) > 0) {
        begin = Math.min(begin, region.header().offset());
      }
    }
    return begin;
  }

  private static int lengthIn(ScannedSegment segment, Region region) {
    return segment.sealed() || !region.belongsTo(segment.firstId(), segment.header())
        ? 0
        : Math.clamp(segment.endOffset() - region.header().offset(), 0, region.frames().limit());
  }

  /**
   * Writes the frames that are part of the log into their segments, where readers look for them. Not durably, so the
   * ring stays until {@link Settlement} has written them again and synced: here the files are closed, and an error of
   * storing what was written is told to nobody.
   */
  public void write(SegmentFiles files, Recovered recovered) throws IOException {
    for (var region : regions) {
      for (var segment : recovered.scanned()) {
        var length = lengthIn(segment, region);
        if (length > 0) {
          try (var file = files.directory().open(Names.segment(segment.firstId()), Access.READ_WRITE)) {
            file.write(region.frames().duplicate().limit(length).position(0), region.header().offset());
          }
        }
      }
    }
  }

  /**
   * Gives up the ring, the frames that are part of the log being durable: keeps it under another name if some are not.
   */
  void giveUp(Directory directory, boolean whole) throws IOException {
    if (!thereIsOne) {
      return;
    }
    if (whole) {
      directory.delete(Names.RING);
    } else {
      directory.rename(Names.RING, nameAside(directory));
    }
  }

  private static String nameAside(Directory directory) throws IOException {
    var n = 0;
    while (directory.exists(Names.RING + "." + n + Names.SET_ASIDE)) {
      n++;
    }
    return Names.RING + "." + n + Names.SET_ASIDE;
  }

  /**
   * Returns whether all frames of the ring are part of the log, or of a segment that is not there: they were durable
   * and have gone with it, or a power loss has taken its name.
   */
  boolean isPartOf(Recovered recovered) {
    var whole = !recovered.isCorrupt();
    for (var region : regions) {
      whole &= isPartOf(region, recovered);
    }
    return whole;
  }

  private static boolean isPartOf(Region region, Recovered recovered) {
    for (var segment : recovered.scanned()) {
      if (!segment.sealed() && region.belongsTo(segment.firstId(), segment.header())) {
        return lengthIn(segment, region) == region.frames().limit();
      }
    }
    var segment = region.header().segment(); // gone; or beyond the end, and to be set aside itself
    return segment < recovered.end() || !recovered.files().live().contains(segment);
  }
}
