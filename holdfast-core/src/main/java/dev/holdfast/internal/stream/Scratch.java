package dev.holdfast.internal.stream;

import dev.holdfast.ChecksumMismatchException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.CompressedPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A piece of a segment in memory, copied from it and then looked at: frames are stepped through, and one is validated
 * before its records are handed out. Not safe for use by several threads.
 */
final class Scratch {
  private static final int FIRST = 1 << 13;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Frame frame = new Frame();
  private final FrameChecksum checksum = new FrameChecksum();
  private final int usual;
  /** How much to read at once: little at first, for who reads a record at the end, more for who goes on. */
  private int ahead;
  private ByteBuffer bytes;
  private ByteBuffer readOnly;
  private long start;
  private int length;
  // what the frame read last holds: its payload, or what that decompresses to
  private ByteBuffer content;
  private ByteBuffer contentView;
  private int contentAt;
  private int contentLength;
  private ByteBuffer unpacked = NOTHING;
  private ByteBuffer unpackedView = NOTHING;

  Scratch(int size) {
    this.usual = size;
    this.ahead = Math.min(size, FIRST);
    this.bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    this.readOnly = bytes.asReadOnlyBuffer();
    this.content = bytes;
    this.contentView = readOnly;
  }

  /** Forgets what was copied. */
  void forget() {
    length = 0;
    ahead = Math.min(usual, FIRST);
  }

  /** Lets go of buffers that a large frame needed, and of what is the cache's. */
  void shrink() {
    length = 0;
    if (unpacked.capacity() > usual) {
      unpacked = NOTHING;
      unpackedView = NOTHING;
    }
    if (bytes.capacity() > usual) {
      resize(usual);
    }
    content = bytes;
    contentView = readOnly;
  }

  private void resize(int size) {
    bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    readOnly = bytes.asReadOnlyBuffer();
  }

  /** Returns the fields of the frame read last. */
  Frame frame() {
    return frame;
  }

  /** Returns the buffer that has what the frame read last holds, little-endian; not to be changed. */
  ByteBuffer content() {
    return content;
  }

  /** Returns where in {@link #content} that begins. */
  int contentAt() {
    return contentAt;
  }

  /** Returns its length: that of the payload, or of what that decompresses to. */
  int contentLength() {
    return contentLength;
  }

  /** Returns a read-only view of part of {@link #content}; the same object again and again while that fits it. */
  ByteBuffer view(int from, int size) {
    return contentView.limit(from + size).position(from);
  }

  /** Returns the compressed bytes of the frame validated last. */
  ByteBuffer compressed() {
    return bytes.duplicate().limit(contentAt + contentLength).position(contentAt + CompressedPayload.PREFIX);
  }

  /** Returns an empty buffer for so many bytes, the same one again and again while they fit it. */
  ByteBuffer unpacked(int size) {
    var buffer = unpacked;
    if (buffer.capacity() < size) {
      buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      unpacked = buffer;
      unpackedView = buffer.asReadOnlyBuffer();
    }
    return buffer.clear().limit(size);
  }

  /** Has what begins the buffer {@link #unpacked}, up to its limit, as content. */
  void showUnpacked() {
    show(unpacked, unpackedView);
  }

  /** Has a whole buffer, which others may read too, as content. */
  void show(ByteBuffer decompressed) {
    show(decompressed, decompressed.asReadOnlyBuffer());
  }

  private void show(ByteBuffer decompressed, ByteBuffer view) {
    content = decompressed;
    contentView = view;
    contentAt = 0;
    contentLength = decompressed.limit();
  }

  /**
   * Reads the header of the frame at {@code offset}, which must begin with record {@code expected}.
   *
   * @return whether there is a plausible one; false says that the segment's frames end here
   */
  boolean readHeader(OpenSegment segment, long offset, long expected) throws IOException {
    return readHeader(segment, offset, expected, ahead);
  }

  /** Does the same, reading {@code wanted} bytes at once if they must be read. */
  boolean readHeader(OpenSegment segment, long offset, long expected, int wanted) throws IOException {
    if (!load(segment, offset, Frame.HEADER, wanted)) {
      return false;
    }
    return parseHeader(segment.header(), offset, expected);
  }

  private boolean parseHeader(SegmentHeader header, long offset, long expected) {
    frame.read(bytes, (int) (offset - start));
    return frame.firstId() == expected && frame.isPlausible(Long.MAX_VALUE, header.maxFrame());
  }

  /**
   * Validates the frame at {@code offset} if all of it is in memory, without touching the file, which need not be open.
   *
   * @return false if it is not, or if it is no frame with records that begins with {@code expected}; nothing is said
   * about why
   */
  boolean takeFrame(SegmentHeader header, Segment segment, long offset, long expected) {
    var at = offset - start;
    if (at < 0 || at + Frame.HEADER > length || !parseHeader(header, offset, expected) || !frame.isData()
        || at + Frame.HEADER + frame.payloadLength() > length) {
      return false;
    }
    validate(header, segment, offset);
    return true;
  }

  /** Reads the rest of the frame at {@code offset}, whose header was read, and validates it. */
  void readFrame(OpenSegment open, Segment segment, long offset) throws IOException {
    var size = Frame.HEADER + frame.payloadLength();
    if (!load(open, offset, size, Math.max(ahead, size))) {
      throw damaged(segment, offset, "the frame of " + size + " bytes reaches beyond the end of the file");
    }
    validate(open.header(), segment, offset);
  }

  private void validate(SegmentHeader header, Segment segment, long offset) {
    var at = (int) (offset - start);
    var actual = checksum.of(header.salt(), bytes.array(), at, frame.payloadLength());
    if (actual != frame.checksum()) {
      throw damaged(segment, offset, "the checksum of the frame is " + Integer.toHexString(frame.checksum())
          + ", but that of its bytes " + Integer.toHexString(actual));
    }
    if (!frame.unsupported().isEmpty()) {
      throw new UnsupportedFormatException(segment.files().labelOf(segment.name()) + " at offset " + offset + " uses "
          + frame.unsupported() + ", which this version does not have: use a newer version of the program");
    }
    content = bytes;
    contentView = readOnly;
    contentAt = at + Frame.HEADER;
    contentLength = frame.payloadLength();
    if (frame.isCompressed()) {
      if (!CompressedPayload.isValid(bytes, contentAt, frame, header.maxFrame())) {
        throw damaged(segment, offset, "the uncompressed length is impossible");
      }
    } else if (frame.type() == Frame.BATCH
        && !BatchPayload.isValid(bytes, at + Frame.HEADER, frame.payloadLength(), frame.count())) {
      throw damaged(segment, offset, "the lengths in the batch do not add up");
    }
  }

  private ChecksumMismatchException damaged(Segment segment, long offset, String problem) {
    return new ChecksumMismatchException(segment.files().labelOf(segment.name()), offset, frame.firstId(), problem);
  }

  /**
   * Has the bytes [offset, offset + needed) in the buffer, reading {@code wanted} if it must read; false if there are
   * fewer.
   */
  private boolean load(OpenSegment segment, long offset, int needed, int wanted) throws IOException {
    if (offset >= start && offset + needed <= start + length) {
      return true;
    }
    if (needed > bytes.capacity()) {
      if (needed > segment.currentSize() - offset) {
        return false; // a length that the file does not justify leads to no allocation
      }
      resize(needed);
    }
    start = offset;
    length = 0;
    length = segment.read(offset, bytes.array(), 0, Math.min(bytes.capacity(), Math.max(needed, wanted)));
    ahead = Math.min(usual, 2 * ahead);
    return length >= needed;
  }
}
