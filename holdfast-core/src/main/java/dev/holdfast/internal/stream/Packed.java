package dev.holdfast.internal.stream;

import dev.holdfast.Compressor;
import dev.holdfast.internal.format.CompressedPayload;
import dev.holdfast.internal.format.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The compressed payload of a frame, made by the thread that appends before it takes the stream's lock. Its memory is
 * used again once it is closed. Not safe for use by several threads.
 */
final class Packed implements Unit {
  private static final int USUAL = 1 << 17;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final FrameCompression shared;
  private ByteBuffer gathered = NOTHING; // the records of a batch as they stand in a payload
  private ByteBuffer bytes = NOTHING;
  private int length;
  private int uncompressedLength;
  private byte type;
  private byte codec;
  private int count;

  Packed(FrameCompression shared) {
    this.shared = shared;
  }

  /** Compresses a record; returns whether that made its frame smaller. */
  boolean pack(Compressor compressor, byte[] source, int offset, int size) {
    type = Frame.RECORD;
    count = 1;
    return pack(compressor, ByteBuffer.wrap(source, offset, size));
  }

  /** Compresses a batch whose payload takes {@code size} bytes; returns whether that made its frame smaller. */
  boolean pack(Compressor compressor, List<byte[]> records, int size) {
    type = Frame.BATCH;
    count = records.size();
    gathered = withRoom(gathered, size);
    for (var record : records) {
      gathered.putInt(record.length);
    }
    for (var record : records) {
      gathered.put(record);
    }
    return pack(compressor, gathered.flip());
  }

  private boolean pack(Compressor compressor, ByteBuffer source) {
    uncompressedLength = source.remaining();
    bytes = withRoom(bytes, CompressedPayload.PREFIX + compressor.maxCompressedLength(uncompressedLength));
    bytes.putInt(uncompressedLength);
    compressor.compress(source, bytes);
    length = bytes.position();
    codec = CompressedPayload.codecOf(compressor.format());
    return Frame.sizeOf(length) < Frame.sizeOf(uncompressedLength);
  }

  private static ByteBuffer withRoom(ByteBuffer buffer, int size) {
    var large = size <= buffer.capacity() ? buffer : ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    return large.clear();
  }

  /** Returns the buffer whose first {@link #length} bytes are the payload. */
  ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public int length() {
    return length;
  }

  /** Returns the length of what was compressed. */
  int uncompressedLength() {
    return uncompressedLength;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long stageIn(Staging staging) {
    return staging.add(this);
  }

  /** Returns the type of the frame. */
  byte type() {
    return type;
  }

  byte codec() {
    return codec;
  }

  @Override
  public void close() {
    if (gathered.capacity() > USUAL) {
      gathered = NOTHING;
    }
    if (bytes.capacity() > USUAL) {
      bytes = NOTHING;
    }
    shared.giveBack(this);
  }
}
