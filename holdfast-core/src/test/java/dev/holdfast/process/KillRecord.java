package dev.holdfast.process;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What one record of the kill test is: which thread wrote it, as the how manieth of its operations, and where in its
 * batch. Its bytes are a function of that.
 *
 * @param writer a thread of one round, numbered over all rounds
 * @param operation the operation of this thread, from 0
 * @param index the place in the batch, from 0
 * @param count the records of the batch; 1 for a single record
 */
record KillRecord(int writer, int operation, int index, int count) {
  private static final int HEADER = 4 * Integer.BYTES;

  /** Returns the bytes: mostly small, some larger, a few too large for half a staging area. */
  byte[] bytes() {
    var random = new SplittableRandom(((long) writer << 40) + ((long) operation << 8) + index);
    var kind = random.nextInt(200);
    var length = kind == 0 ? random.nextInt(20_000) : kind < 20 ? random.nextInt(3_000) : random.nextInt(200);
    var bytes = new byte[HEADER + length];
    random.nextBytes(bytes);
    ByteBuffer.wrap(bytes).putInt(writer).putInt(operation).putInt(index).putInt(count);
    return bytes;
  }

  /** Returns which record these bytes are; throws if they are none. */
  static KillRecord of(byte[] bytes) {
    if (bytes.length < HEADER) {
      throw new AssertionError("no record of this test: " + bytes.length + " bytes");
    }
    var buffer = ByteBuffer.wrap(bytes);
    var record = new KillRecord(buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
    if (record.index < 0 || record.index >= record.count || !Arrays.equals(bytes, record.bytes())) {
      throw new AssertionError("not the bytes of " + record);
    }
    return record;
  }
}
