package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a record of the stream {@code system/checkpoints} says: that a checkpoint was taken, or that those in the same
 * batch after it are all there are.
 *
 * <pre>
 * offset  size  field
 *      0     2  kind: 1 checkpoint, 2 compaction
 *      2     2  length of the id, n; 0 in a compaction
 *      4     4  number of shards, s; in a compaction the number of checkpoints that follow
 *      8     8  creation, ns since 1970-01-01T00:00Z; 0 in a compaction
 *     16   8 s  of each shard: the id below which everything belongs to the checkpoint
 *            n  the id
 * </pre>
 */
public final class CheckpointRecord {
  /** The longest id there can be, in bytes. */
  public static final int MAX_ID = 0xFFFF;

  private static final int HEADER = 16;
  private static final short CHECKPOINT = 1;
  private static final short COMPACTION = 2;

  private final boolean compaction;
  private final int retained;
  private final byte[] id;
  private final long time;
  private final long[] offsets;

  private CheckpointRecord(boolean compaction, int retained, byte[] id, long time, long[] offsets) {
    this.compaction = compaction;
    this.retained = retained;
    this.id = id;
    this.time = time;
    this.offsets = offsets;
  }

  /** Returns the bytes of a checkpoint. */
  public static byte[] encodeCheckpoint(byte[] id, long time, long[] offsets) {
    var buffer = ByteBuffer.allocate(size(offsets.length, id.length)).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putShort(CHECKPOINT).putShort((short) id.length).putInt(offsets.length).putLong(time);
    for (var offset : offsets) {
      buffer.putLong(offset);
    }
    return buffer.put(id).array();
  }

  /** Returns the bytes of a compaction, which so many checkpoints follow. */
  public static byte[] encodeCompaction(int retained) {
    return ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN).putShort(COMPACTION).putShort((short) 0)
        .putInt(retained).array();
  }

  /** Returns the largest record that a log of so many shards can have. */
  public static int maxSize(int shards) {
    return size(shards, MAX_ID);
  }

  private static int size(int shards, int idLength) {
    return HEADER + shards * Long.BYTES + idLength;
  }

  /** Returns whether the bytes begin with a kind that this version knows. */
  public static boolean isKnown(ByteBuffer record) {
    if (record.remaining() < HEADER) {
      return true; // damaged rather than new
    }
    var kind = littleEndian(record).getShort(0);
    return kind == CHECKPOINT || kind == COMPACTION;
  }

  /** Returns what a record of a known kind says, or null if it is not of that shape. */
  public static @Nullable CheckpointRecord decode(ByteBuffer record, int shards) {
    if (record.remaining() < HEADER) {
      return null;
    }
    var fields = littleEndian(record);
    var idLength = Short.toUnsignedInt(fields.getShort(2));
    var count = fields.getInt(4);
    if (fields.getShort(0) == COMPACTION) {
      return fields.capacity() == HEADER && idLength == 0 && count >= 0
          ? new CheckpointRecord(true, count, new byte[0], 0, new long[0])
          : null;
    }
    if (idLength == 0 || count != shards || fields.capacity() != size(shards, idLength)) {
      return null;
    }
    var offsets = new long[shards];
    fields.position(HEADER);
    fields.asLongBuffer().get(offsets);
    for (var offset : offsets) {
      if (offset < 0) {
        return null;
      }
    }
    var id = new byte[idLength];
    fields.get(HEADER + shards * Long.BYTES, id);
    return new CheckpointRecord(false, 0, id, fields.getLong(8), offsets);
  }

  private static ByteBuffer littleEndian(ByteBuffer record) {
    return record.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns whether this is a compaction: of what is before it nothing counts. */
  public boolean isCompaction() {
    return compaction;
  }

  /** Returns of a compaction how many checkpoints follow it in its batch. */
  public int retained() {
    return retained;
  }

  /** Returns the id of the checkpoint; not to be changed. */
  public byte[] id() {
    return id;
  }

  /** Returns when the checkpoint was taken, in ns since 1970. */
  public long time() {
    return time;
  }

  /** Returns of each shard the id below which everything belongs to the checkpoint; not to be changed. */
  public long[] offsets() {
    return offsets;
  }
}
