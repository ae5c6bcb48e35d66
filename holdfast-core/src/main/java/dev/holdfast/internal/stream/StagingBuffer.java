package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.segment.Ring;
import dev.holdfast.internal.segment.SegmentWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One half of a stream's staging area: frames of one segment, as they are to stand in the file. Filled under the
 * stream's lock, then written by its leader. Frames stand here one behind the other; if they are kept in a ring, each
 * is only made here, in the same few cache lines, and then copied to its place there.
 */
final class StagingBuffer {
  /** A frame with one record up to this size is made in an array: there each access is cheapest. */
  private static final int SMALL = 1 << 12;

  private final byte[] small = new byte[SMALL];
  private final ByteBuffer bytes;
  private final ByteBuffer view;
  private final FrameChecksum checksum = new FrameChecksum();
  private final boolean pooled;
  private int used;
  private long offset;
  private long firstId;
  private int checksumBefore;
  private boolean needsSync;
  private final MemorySegment memory;
  private Ring.@Nullable Half mirror;

  StagingBuffer(int size, boolean pooled) {
    this.bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    this.view = bytes.duplicate();
    this.memory = MemorySegment.ofBuffer(bytes);
    this.pooled = pooled;
  }

  boolean isPooled() {
    return pooled;
  }

  /** Begins to be filled with the frames that come next in {@code segment}. */
  void begin(SegmentWriter segment) {
    used = 0;
    offset = segment.placedOffset();
    firstId = segment.placedId();
    checksumBefore = segment.lastChecksum();
    needsSync = false;
  }

  /** Keeps what is added from now on in a ring; called before anything is. */
  void mirrorIn(Ring.Half half, SegmentWriter segment) {
    half.begin(segment, firstId, offset);
    mirror = half;
  }

  /** Returns whether what is in here survives the death of the process. */
  boolean isMirrored() {
    return mirror != null;
  }

  /** Gives up the place in the ring: what is in here has been written. */
  void endMirror() {
    var half = mirror;
    if (half != null) {
      mirror = null;
      half.giveBack();
    }
  }

  /** Leaves what is in here in the ring, for the next opening: it could not be written. */
  void leaveMirror() {
    mirror = null;
  }

  /** Takes what is in here out of the ring: it is never to be written. */
  void eraseMirror() {
    var half = mirror;
    if (half != null) {
      half.erase();
      endMirror();
    }
  }

  boolean fits(long frameSize) {
    return frameSize <= room();
  }

  /** Returns how many bytes of frames fit. */
  int room() {
    return bytes.capacity() - used;
  }

  /** Adds a frame with one record. */
  void add(SegmentWriter segment, int unsynced, int time, byte[] source, int from, int length) {
    if (Frame.sizeOf(length) <= SMALL) {
      addSmall(segment, unsynced, time, source, from, length);
      return;
    }
    var at = next();
    Frame.putHeader(bytes, at, length, segment.placedId(), 1, unsynced, time, Frame.RECORD);
    bytes.put(at + Frame.HEADER, source, from, length);
    finish(segment, at, length, 1, time);
  }

  private void addSmall(SegmentWriter segment, int unsynced, int time, byte[] source, int from, int length) {
    Frame.make(small, segment.placedId(), unsynced, time, source, from, length);
    var sum = checksum.of(segment.header().salt(), small, 0, length);
    Frame.putChecksum(small, sum);
    var size = (int) Frame.sizeOf(length);
    var half = mirror;
    if (half == null) {
      bytes.put(used, small, 0, size);
    } else {
      half.copy(small, used, size);
    }
    placed(segment, size, 1, time, sum);
  }

  /** Adds a frame with a batch whose payload has {@code length} bytes. */
  void addBatch(SegmentWriter segment, int unsynced, int time, List<byte[]> records, int length) {
    var at = next();
    Frame.putHeader(bytes, at, length, segment.placedId(), records.size(), unsynced, time, Frame.BATCH);
    var lengths = at + Frame.HEADER;
    var content = lengths + records.size() * Integer.BYTES;
    for (var record : records) {
      bytes.putInt(lengths, record.length);
      bytes.put(content, record);
      lengths += Integer.BYTES;
      content += record.length;
    }
    finish(segment, at, length, records.size(), time);
  }

  /** Adds a frame whose payload is compressed. */
  void add(SegmentWriter segment, int unsynced, int time, Packed packed) {
    var at = next();
    Frame.putHeader(bytes, at, packed.length(), segment.placedId(), packed.count(), unsynced, time, packed.type());
    bytes.put(at + Frame.CODEC, packed.codec());
    bytes.put(at + Frame.HEADER, packed.bytes(), 0, packed.length());
    finish(segment, at, packed.length(), packed.count(), time);
  }

  /** Returns where the next frame is made. */
  private int next() {
    return mirror == null ? used : 0;
  }

  private void finish(SegmentWriter segment, int at, int length, int count, int time) {
    var size = (int) Frame.sizeOf(length);
    for (var i = at + Frame.HEADER + length; i < at + size; i++) {
      bytes.put(i, (byte) 0);
    }
    var sum = checksum.of(segment.header().salt(), view, at, length);
    bytes.putInt(at + Frame.CHECKSUM, sum);
    var half = mirror;
    if (half != null) {
      half.copy(memory, used, size);
    }
    placed(segment, size, count, time, sum);
  }

  private void placed(SegmentWriter segment, int size, int count, int time, int sum) {
    segment.placed(size, count, time, sum); // first: if it fails, nothing is staged
    used += size;
    var half = mirror;
    if (half != null) {
      half.filled(used);
    }
  }

  /** Notes that what is in here may be acknowledged only when it is durable. */
  void needSync() {
    needsSync = true;
  }

  boolean needsSync() {
    return needsSync;
  }

  /** Returns the bytes to be written. */
  ByteBuffer content() {
    var half = mirror;
    return half == null ? view.limit(used).position(0) : half.content(used);
  }

  /** Returns where in the segment they belong. */
  long offset() {
    return offset;
  }

  /** Returns the first id in here. */
  long firstId() {
    return firstId;
  }

  /** Returns the checksum of the frame before the first one in here. */
  int checksumBefore() {
    return checksumBefore;
  }
}
