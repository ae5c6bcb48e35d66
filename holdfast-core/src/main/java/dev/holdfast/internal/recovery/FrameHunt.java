package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.ChecksumShift;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.FileWindow;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Looks for valid frames behind a hole: each of them may prove that what was in the hole had been durable. Every
 * multiple of 8 is tried. A payload chosen by somebody hostile can look like millions of headers of huge frames, so the
 * checksum of a large candidate is not computed over its bytes again and again but put together from checksums of the
 * file's prefixes.
 *
 * <p>
 * In a file that was another segment before, what that has left is nothing: none of it is valid, for it has another
 * salt. There, only what can be told from it counts: valid frames, the beginning of the frame that was to come next,
 * and whatever stands beyond the former segment's end.
 */
final class FrameHunt {
  private static final int WINDOW = 1 << 20;
  private static final int BLOCK = 4096;
  private static final int SMALL = 4 * BLOCK;
  /** More than any compressed batch holds: a larger id is no frame's. */
  private static final long MOST_IDS_PER_BYTE = 1 << 17;

  private final LogFile file;
  private final SegmentHeader header;
  private final long minId;
  private final long from;
  private final FileWindow window;
  private final Frame frame = new Frame();
  private final FrameChecksum checksum = new FrameChecksum();
  private int @Nullable [] prefixes;
  private long proved;
  private boolean found;

  /**
   * Creates a hunt from offset {@code from} to the end of the file, for frames whose first id is at least
   * {@code minId}.
   */
  FrameHunt(LogFile file, SegmentHeader header, long minId, long from) throws IOException {
    this.file = file;
    this.header = header;
    this.minId = minId;
    this.from = from;
    this.window = new FileWindow(file, WINDOW);
  }

  /** Returns the id below which everything is proved to have been durable by the frames found. */
  long proved() {
    return proved;
  }

  /** Hunts; returns whether there is anything but zeros, or what a former segment has left. */
  boolean run() throws IOException {
    var size = window.fileSize();
    var residue = false;
    try (var zeros = new ZeroRun(file, size)) {
      for (var offset = zeros.end(from); offset < size; offset = zeros.end(offset)) {
        residue = true;
        if (!window.load(offset, Math.min(WINDOW, size - offset))) {
          throw new IOException(file.name() + ": became shorter while it was read");
        }
        offset = huntIn(offset, window.loadedEnd(), size);
      }
      if (residue && from < header.former()) {
        residue = found || nextHasBegun(size)
            || zeros.end(header.former() + Frame.ALIGNMENT - 1 & -Frame.ALIGNMENT) < size;
      }
    }
    return residue;
  }

  /** Returns whether the header of the frame that was to come next stands where that was to begin. */
  private boolean nextHasBegun(long size) throws IOException {
    if (!window.load(from, Frame.HEADER)) {
      return false;
    }
    frame.read(window.buffer(), window.at(from));
    return frame.firstId() == minId && frame.isPlausible(size - from, header.maxFrame());
  }

  /** Tries the offsets whose headers lie before {@code end}; returns the offset to go on from. */
  private long huntIn(long start, long end, long size) throws IOException {
    var offset = start;
    while (offset + Frame.HEADER <= end) {
      if (isCandidate(offset, size) && isValid(offset)) {
        found = true;
        proved = Math.max(proved, frame.provedDurable());
        offset += frame.size();
        if (offset + Frame.HEADER > end) {
          return offset;
        }
      } else {
        offset += Frame.ALIGNMENT;
      }
    }
    return end == size ? size : offset;
  }

  private boolean isCandidate(long offset, long size) {
    var at = window.at(offset);
    var id = window.buffer().getLong(at + Frame.FIRST_ID); // alone at first: what a former segment left is all ids below
    if (id < minId || id - minId > size * MOST_IDS_PER_BYTE) {
      return false;
    }
    frame.read(window.buffer(), at);
    return frame.isPlausible(size - offset, header.maxFrame());
  }

  private boolean isValid(long offset) throws IOException {
    var length = frame.payloadLength();
    var at = window.at(offset);
    if (offset + Frame.HEADER + length <= window.loadedEnd() && length <= SMALL) {
      return checksum.of(header.salt(), window.buffer().array(), at, length) == frame.checksum();
    }
    return largeChecksum(offset, length) == frame.checksum();
  }

  /** Puts together: salt and the part before the first block boundary, the blocks between, and the rest. */
  private int largeChecksum(long offset, int length) throws IOException {
    var begin = offset + Frame.LENGTH;
    var end = offset + Frame.HEADER + length;
    var firstBlock = (begin - from + BLOCK - 1) / BLOCK;
    var lastBlock = (end - from) / BLOCK;
    var salt = new byte[Long.BYTES];
    ByteBuffer.wrap(salt).order(ByteOrder.LITTLE_ENDIAN).putLong(header.salt());
    var crc = new CRC32C();
    crc.update(salt, 0, salt.length);
    if (lastBlock <= firstBlock) {
      return (int) updated(crc, begin, end);
    }
    var blocksBegin = from + firstBlock * BLOCK;
    var blocksEnd = from + lastBlock * BLOCK;
    var head = (int) updated(crc, begin, blocksBegin);
    var known = prefixes();
    var blocks = known[(int) lastBlock] ^ ChecksumShift.shift(known[(int) firstBlock], blocksEnd - blocksBegin);
    var tail = (int) updated(new CRC32C(), blocksEnd, end);
    return ChecksumShift.shift(ChecksumShift.shift(head, blocksEnd - blocksBegin) ^ blocks, end - blocksEnd) ^ tail;
  }

  private long updated(CRC32C crc, long begin, long end) throws IOException {
    var bytes = new byte[(int) (end - begin)];
    if (file.read(ByteBuffer.wrap(bytes), begin) < bytes.length) {
      throw new IOException(file.name() + ": became shorter while it was read");
    }
    crc.update(bytes, 0, bytes.length);
    return crc.getValue();
  }

  /** Returns the checksum of the bytes from {@link #from} to each block boundary. */
  private int[] prefixes() throws IOException {
    var known = prefixes;
    if (known == null) {
      var blocks = (int) ((window.fileSize() - from) / BLOCK);
      known = new int[blocks + 1];
      var all = new CRC32C();
      var reader = new FileWindow(file, WINDOW);
      for (var i = 0; i < blocks; i++) {
        var at = from + (long) i * BLOCK;
        if (!reader.load(at, BLOCK)) {
          throw new IOException(file.name() + ": became shorter while it was read");
        }
        all.update(reader.buffer().array(), reader.at(at), BLOCK);
        known[i + 1] = (int) all.getValue();
      }
      prefixes = known;
    }
    return known;
  }
}
