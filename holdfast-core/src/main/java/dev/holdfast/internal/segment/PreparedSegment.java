package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * A file that is ready to become a segment, with its header, which is durable; under a temporary name.
 *
 * @param name its temporary name
 * @param file the file, open
 * @param header its header
 * @param size the bytes reserved, or where it ends if nothing is
 * @param space how the room for what is to be written is reserved
 * @param index empty, with room for what the file can hold
 */
public record PreparedSegment(String name, LogFile file, SegmentHeader header, long size, Space space,
    IndexEntries index) {
  private static final int BEGINNING = 512;
  private static final int ZEROS = 1 << 18;

  /**
   * Prepares a file. If it fails nothing is left behind.
   *
   * @param pause see {@link dev.holdfast.storage.Directory#create(String, long, LongConsumer)}
   */
  public static PreparedSegment create(SegmentFiles files, String name, SegmentHeader header, long size,
      Space space, LongConsumer pause) throws IOException {
    var file = files.directory().create(name, space == Space.FILLED ? size : 0, pause);
    try {
      file.write(header.encode(), 0);
      file.force();
      if (space == Space.RESERVED) {
        fill(file, SegmentHeader.SIZE, size); // after the sync, which would write it
      }
      return new PreparedSegment(name, file, header, size, space,
          space == Space.GROWING ? new IndexEntries() : IndexEntries.forFileOf(size));
    } catch (IOException | RuntimeException e) {
      discard(files, name, file, e);
      throw e;
    }
  }

  /**
   * Prepares a file that was a segment before: with zeros where the start frame will be, and from where the former
   * segment ended on. If it fails nothing is left behind, if that can be done.
   *
   * @param header from {@link Spare#headerFrom}
   */
  public static PreparedSegment reuse(SegmentFiles files, Spare spare, SegmentHeader header, NameSync names)
      throws IOException {
    // after a crash no segment's name may denote a file with other bytes than that segment's
    names.sync(files.directory());
    var file = files.directory().open(spare.name(), Access.READ_WRITE);
    try {
      file.write(ByteBuffer.allocate(BEGINNING).put(header.encode()).clear(), 0);
      fill(file, spare.size(), header.reserved());
      file.force();
      return new PreparedSegment(spare.name(), file, header, header.reserved(), Space.FILLED,
          IndexEntries.forFileOf(header.reserved()));
    } catch (IOException | RuntimeException e) {
      discard(files, spare.name(), file, e);
      throw e;
    }
  }

  private static void fill(LogFile file, long from, long to) throws IOException {
    var zeros = ByteBuffer.allocate((int) Math.min(ZEROS, to - from));
    for (var at = from; at < to; at += zeros.limit()) { // up to multiples, where the page cache has larger pieces
      zeros.clear().limit((int) Math.min(ZEROS - at % ZEROS, to - at));
      file.write(zeros, at);
    }
  }

  /** Writes a frame, such as the start frame. */
  public void write(ByteBuffer frame, long offset) throws IOException {
    file.write(frame, offset);
  }

  /** Gives the file its name as the segment with this first id; the name is not durable yet. */
  public void nameIt(SegmentFiles files, String segmentName) throws IOException {
    files.directory().rename(name, segmentName);
  }

  /** Deletes the file. */
  public void discard(SegmentFiles files) throws IOException {
    file.close();
    files.directory().delete(name);
  }

  private static void discard(SegmentFiles files, String name, LogFile file, Exception cause) {
    try {
      file.close();
      files.directory().delete(name);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
