package dev.holdfast.corruption;

import dev.holdfast.compression.TinyLz4;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Builds the bytes of a segment frame by frame, everything in it given: no clock, no chance. */
public final class SegmentBuilder {
  private final SegmentHeader header;
  private final long firstId;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final IndexEntries index = new IndexEntries();
  private long nextId;
  private int lastChecksum;
  private int firstTime;
  private int lastTime;

  /** Begins a segment whose start frame says {@code unsynced}. */
  public SegmentBuilder(SegmentHeader header, long firstId, StartFrame start, int unsynced) {
    this.header = header;
    this.firstId = firstId;
    this.nextId = firstId;
    append(header.encode());
    var frame = start.encode(header.salt(), firstId, unsynced, 0);
    lastChecksum = frame.getInt(Frame.CHECKSUM);
    append(frame);
  }

  /** Appends a record. */
  public SegmentBuilder record(byte[] payload, int unsynced, int time) {
    return data(Frame.RECORD, payload, 1, unsynced, time, 0);
  }

  /** Appends a batch. */
  public SegmentBuilder batch(List<byte[]> records, int unsynced, int time) {
    var length = records.stream().mapToInt(record -> Integer.BYTES + record.length).sum();
    var payload = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    records.forEach(record -> payload.putInt(record.length));
    records.forEach(payload::put);
    return data(Frame.BATCH, payload.array(), records.size(), unsynced, time, 0);
  }

  /** Appends a record, compressed in LZ4. */
  public SegmentBuilder compressed(byte[] payload, int unsynced, int time) {
    return data(Frame.RECORD, lz4(payload), 1, unsynced, time, 1);
  }

  /** Returns the payload of a frame compressed in LZ4. */
  public static byte[] lz4(byte[] plain) {
    var lz4 = new TinyLz4();
    var payload = ByteBuffer.allocate(4 + lz4.maxCompressedLength(plain.length)).order(ByteOrder.LITTLE_ENDIAN);
    lz4.compress(ByteBuffer.wrap(plain), payload.putInt(plain.length));
    return Arrays.copyOf(payload.array(), payload.position());
  }

  /** Appends a frame with records, whatever its payload is. */
  public SegmentBuilder data(byte type, byte[] payload, int count, int unsynced, int time, int codec) {
    if (index.wants(offset())) {
      index.add(nextId - firstId, offset(), time);
    }
    firstTime = nextId == firstId ? time : firstTime;
    lastTime = time;
    var frame = frame(type, payload, nextId, count, unsynced, time, codec, 0);
    lastChecksum = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getInt(Frame.CHECKSUM);
    nextId += count;
    return raw(frame);
  }

  /** Appends any bytes. */
  public SegmentBuilder raw(byte[] frame) {
    bytes.writeBytes(frame);
    return this;
  }

  /** Returns a frame with a checksum that agrees, padded; whatever its fields say. */
  public byte[] frame(int type, byte[] payload, long id, int count, int unsynced, int time, int codec, int flags) {
    var frame = ByteBuffer.allocate((int) Frame.sizeOf(payload.length)).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(frame, 0, payload.length, id, count, unsynced, time, (byte) type);
    frame.put(Frame.CODEC, (byte) codec).putShort(Frame.FLAGS, (short) flags);
    frame.put(Frame.HEADER, payload);
    frame.putInt(Frame.CHECKSUM, new FrameChecksum().of(header.salt(), frame.array(), 0, payload.length));
    return frame.array();
  }

  private void append(ByteBuffer buffer) {
    var content = new byte[buffer.remaining()];
    buffer.get(content);
    raw(content);
  }

  /** Returns where the next frame goes. */
  public long offset() {
    return bytes.size();
  }

  /** Returns the id of the next record. */
  public long nextId() {
    return nextId;
  }

  /** Returns the header. */
  public SegmentHeader header() {
    return header;
  }

  /** Returns the start frame of a segment that continues this one. */
  public StartFrame asPredecessor() {
    return new StartFrame(firstId, header.epoch(), offset(), lastChecksum);
  }

  /** Returns the start frame of one that was begun before this one's name was durable. */
  public StartFrame asUnnamedPredecessor() {
    return new StartFrame(firstId, header.epoch(), offset(), lastChecksum, false);
  }

  /** Returns the segment as it is while it is written: as long as it was prepared. */
  public byte[] unsealed() {
    return Arrays.copyOf(bytes.toByteArray(), (int) Math.max(header.reserved(), offset()));
  }

  /** Returns the index so far. */
  public IndexEntries index() {
    return index;
  }

  /** Returns the seal. */
  public byte[] seal() {
    var seal = new Seal(nextId - firstId, offset(), lastChecksum, firstTime, lastTime, index).encode(header.salt(),
        nextId);
    var content = new byte[seal.remaining()];
    seal.get(content);
    return content;
  }

  /** Returns the segment sealed. */
  public byte[] sealed() {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes.toByteArray());
    out.writeBytes(seal());
    return out.toByteArray();
  }
}
