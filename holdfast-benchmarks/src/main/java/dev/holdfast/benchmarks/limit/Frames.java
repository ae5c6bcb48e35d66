package dev.holdfast.benchmarks.limit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Frames as {@code docs/FORMAT.md} has them, written and checked in the plainest way. Not safe for use by many threads:
 * a checksum is under way.
 *
 * <pre>
 *  0  4  CRC32C over the salt and everything after this field
 *  4  4  payload length
 *  8  8  id
 * 16  4  record count
 * 20  4  unsynced, 0
 * 24  4  append time, 0
 * 28  4  type: 1 a record, 2 a batch; no codec, no flags
 * 32     payload, then zeros to the next multiple of 8
 * </pre>
 */
final class Frames {
  /** The size of a frame header, in bytes. */
  static final int HEADER = 32;

  private static final int TYPE_RECORD = 1;
  private static final int TYPE_BATCH = 2;

  private final CRC32C checksum = new CRC32C();
  private final byte[] salt = {'h', 'o', 'l', 'd', 'f', 'a', 's', 't'};

  /** Returns a buffer outside the heap for frames. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the size of the frame of a record of {@code length} bytes. */
  static int size(int length) {
    return (HEADER + length + 7) & ~7;
  }

  /** Puts the frame of one record at the position of {@code target}, which is little-endian, and moves it behind. */
  void put(ByteBuffer target, long id, byte[] payload) {
    int start = target.position();
    target.put(start + HEADER, payload);
    finish(target, payload.length, id, 1, TYPE_RECORD);
  }

  /** Puts the frame of a batch: the lengths, then the records. */
  void putBatch(ByteBuffer target, long firstId, List<byte[]> records) {
    int start = target.position();
    int at = start + HEADER + 4 * records.size();
    int lengthAt = start + HEADER;
    for (byte[] record : records) {
      target.putInt(lengthAt, record.length);
      target.put(at, record);
      lengthAt += 4;
      at += record.length;
    }
    finish(target, at - start - HEADER, firstId, records.size(), TYPE_BATCH);
  }

  private void finish(ByteBuffer target, int length, long firstId, int count, int type) {
    int start = target.position();
    target.putInt(start + 4, length);
    target.putLong(start + 8, firstId);
    target.putInt(start + 16, count);
    target.putInt(start + 20, 0);
    target.putInt(start + 24, 0);
    target.putInt(start + 28, type);
    target.putInt(start, checksum(target, start + 4, start + HEADER + length));
    target.position(start + size(length));
  }

  /** Returns the payload length of the valid frame of record {@code id} at {@code start}, or -1 if there is none. */
  int check(ByteBuffer source, int start, int limit, long id) {
    if (limit - start < HEADER) {
      return -1;
    }
    int length = source.getInt(start + 4);
    boolean plausible = length >= 0 && length <= limit - start - HEADER && source.getInt(start + 28) == TYPE_RECORD
        && source.getLong(start + 8) == id;
    if (!plausible || source.getInt(start) != checksum(source, start + 4, start + HEADER + length)) {
      return -1;
    }
    return length;
  }

  private int checksum(ByteBuffer bytes, int from, int to) {
    int position = bytes.position();
    int limit = bytes.limit();
    checksum.reset();
    checksum.update(salt, 0, salt.length);
    checksum.update(bytes.limit(to).position(from));
    bytes.limit(limit).position(position);
    return (int) checksum.getValue();
  }
}
