package dev.holdfast.internal.stream;

import dev.holdfast.ChecksumMismatchException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.CompressedPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.RunChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.logging.Log;
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
  /** How many bytes of frames are validated before the first of them is handed out: they stay in the fastest cache. */
  private static final int RUN = 1 << 13;
  /**
   * How many bytes, and frames, are copied from a map before these are validated. While a processor computes the
   * checksums of these, what comes next is on its way from memory: large copies take turns with that.
   */
  private static final int PIECE = 1 << 10;
  private static final int FRAMES_OF_PIECE = 4;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Frame frame = new Frame();
  private final FrameChecksum checksum = new FrameChecksum();
  private final RunChecksum run = new RunChecksum();
  private final int usual;
  /** How much to read at once: little at first, for who reads a record at the end, more for who goes on. */
  private int ahead;
  /** The same for who copies from a map. */
  private int piece = PIECE / 2;
  private ByteBuffer bytes;
  private ByteBuffer readOnly;
  private long start;
  private int length;
  private long lastSize; // of the last frame of those, or validated: the next ones may be as large
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
    piece = PIECE / 2;
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
    return readHeader(segment, offset, expected, usual(segment));
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

  /**
   * Validates frames from {@code offset} on, as many as are in memory, up to some kilobytes, without touching the file:
   * only those with one plain record each, the first of them {@code from}, none with {@code to} or behind. A loop over
   * many frames that does nothing else is faster than as many steps.
   *
   * @return the id after the last one, {@code from} if the first is no such frame; nothing is said about why it ends
   */
  long takeRecords(SegmentHeader header, long offset, long from, long to) {
    if (offset < start || offset - start >= length) {
      return from;
    }
    var at = (int) (offset - start);
    var end = Math.min(length, at + RUN);
    var array = bytes.array();
    var salt = header.salt();
    var maxFrame = header.maxFrame();
    var id = from;
    if (end - at >= Frame.HEADER && run.isFor(salt, Frame.field(array, at, Frame.LENGTH))) {
      var frames = run.take(array, at, end, from, to, maxFrame);
      if (frames > 0) {
        lastSize = run.size();
        id += frames;
        at += frames * run.size();
      }
    }
    while (id < to) {
      var payload = Frame.lengthOfRecord(array, at, end, id, maxFrame);
      if (payload < 0 || checksum.of(salt, array, at, payload) != Frame.field(array, at, Frame.CHECKSUM)) {
        break;
      }
      lastSize = Frame.sizeOf(payload);
      at += (int) lastSize;
      id++;
    }
    if (id > from) { // else what was delivered last is still shown
      content = bytes;
      contentView = readOnly;
    }
    return id;
  }

  /** Does the same after reading on. */
  long readRecords(OpenSegment open, long offset, long from, long to) throws IOException {
    readOn(open, offset);
    return takeRecords(open.header(), offset, from, to);
  }

  /** Returns the index in {@link #bytes} and {@link #content} of the frame at {@code offset}, one of those taken. */
  int indexOf(long offset) {
    return (int) (offset - start);
  }

  /** Returns the bytes that frames are taken from. */
  byte[] bytes() {
    return bytes.array();
  }

  /** Reads the rest of the frame at {@code offset}, whose header was read, and validates it. */
  void readFrame(OpenSegment open, Segment segment, long offset) throws IOException {
    var size = Frame.HEADER + frame.payloadLength();
    if (!load(open, offset, size, usual(open))) {
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
    lastSize = frame.size();
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

  /** Returns how much to read at once when nothing says how much is needed. */
  private int usual(OpenSegment segment) {
    return segment.isMapped() ? Math.clamp(FRAMES_OF_PIECE * lastSize, PIECE, usual) : ahead;
  }

  /** Copies what is next: in the place of what is there, or behind it if much of that is still to come. */
  private void readOn(OpenSegment segment, long offset) throws IOException {
    var wanted = segment.isMapped() ? nextPiece() : ahead;
    if (!hasRoomBehind(offset, wanted) || start + length - offset < PIECE) {
      begin(offset);
    }
    try {
      read(segment, Math.min(wanted, bytes.capacity()));
    } catch (IOException e) { // a page of it; what is in front of that is to be had all the same
      Log.debug("less is read at once from " + offset + " on", e);
      read(segment, Math.min(PIECE, bytes.capacity() - length));
    }
  }

  /** Returns how much to copy from a map: whole frames, if all are as large as the last one. */
  private int nextPiece() {
    var size = (int) Math.min(lastSize, usual / FRAMES_OF_PIECE);
    piece = Math.min(RUN, 2 * piece);
    return Math.max(FRAMES_OF_PIECE * size, size == 0 ? piece : piece / size * size);
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
      begin(offset);
    }
    var there = (int) (start + length - offset);
    var reading = Math.max(needed - there, wanted);
    if (!hasRoomBehind(offset, reading)) {
      begin(offset);
      reading = Math.min(bytes.capacity(), Math.max(needed, wanted));
    }
    read(segment, reading);
    return offset + needed <= start + length;
  }

  /** Returns whether so much can be put behind what is there, which reaches {@code offset}. */
  private boolean hasRoomBehind(long offset, int size) {
    return offset >= start && offset <= start + length && size <= bytes.capacity() - length;
  }

  private void begin(long offset) {
    start = offset;
    length = 0;
  }

  private int read(OpenSegment segment, int size) throws IOException {
    var read = segment.read(start + length, bytes.array(), length, size);
    length += read;
    ahead = Math.min(usual, 2 * ahead);
    return read;
  }
}
