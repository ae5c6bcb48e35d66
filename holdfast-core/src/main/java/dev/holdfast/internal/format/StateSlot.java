package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One of the two slots of a stream's STATE file.
 *
 * @param sequence counts the writes; the valid slot with the larger one counts
 * @param epoch no segment of a higher epoch has been named
 * @param watermark every record below it is on stable storage
 * @param visible how far readers of other processes may read, at least the watermark
 * @param floor the first id retained
 * @param nameHash hash of the stream's name
 * @param streamId random number of the stream
 * @param branchEpoch the epoch of the newest history whose first segment is known to have its name, 0 if not known
 * @param branch the first id of that segment
 */
public record StateSlot(long sequence, long epoch, long watermark, long visible, long floor, long nameHash,
    long streamId, long branchEpoch, long branch) {
  /** The size of the file. */
  public static final int FILE_SIZE = 4096;
  /** The size of a slot. */
  public static final int SIZE = Structure.SIZE;
  private static final int SECOND = 2048;
  private static final String MAGIC = "HOLDSTAT";

  /**
   * What a STATE file says.
   *
   * @param newest the slot that counts, null if none is valid
   * @param complete whether both slots are valid
   */
  public record Contents(@Nullable StateSlot newest, boolean complete) {}

  /** Creates a slot that does not know where the newest history begins. */
  public StateSlot(long sequence, long epoch, long watermark, long visible, long floor, long nameHash, long streamId) {
    this(sequence, epoch, watermark, visible, floor, nameHash, streamId, 0, 0);
  }

  /** Returns where in the file this slot belongs: the slots are written in turn. */
  public long offset() {
    return sequence % 2 == 0 ? SECOND : 0;
  }

  /** Returns its bytes. */
  public ByteBuffer encode() {
    return encode(ByteBuffer.allocate(SIZE));
  }

  /** Returns its bytes in a buffer of {@link #SIZE} bytes that has held nothing but slots. */
  public ByteBuffer encode(ByteBuffer into) {
    return Structure.finish(Structure.begin(into, MAGIC).putLong(sequence).putLong(epoch).putLong(watermark)
        .putLong(visible).putLong(floor).putLong(nameHash).putLong(streamId).putLong(branchEpoch).putLong(branch));
  }

  /** Returns the slot written after this one with the same content. */
  public StateSlot repeated() {
    return new StateSlot(sequence + 1, epoch, watermark, visible, floor, nameHash, streamId, branchEpoch, branch);
  }

  /** Returns the bytes of a whole file whose slots are this one and its successor with the same content. */
  public byte[] encodeFile() {
    var file = new byte[FILE_SIZE];
    var next = repeated();
    encode().get(file, (int) offset(), SIZE);
    next.encode().get(file, (int) next.offset(), SIZE);
    return file;
  }

  /** Returns what a STATE file's bytes say. */
  public static Contents read(byte[] file) {
    var first = decode(file, 0);
    var second = decode(file, SECOND);
    if (first == null || second == null) {
      return new Contents(first == null ? second : first, false);
    }
    return new Contents(first.sequence > second.sequence ? first : second, true);
  }

  private static @Nullable StateSlot decode(byte[] file, int at) {
    if (file.length < at + SIZE) {
      return null;
    }
    var bytes = ByteBuffer.wrap(file, at, SIZE).slice().order(ByteOrder.LITTLE_ENDIAN);
    if (!Structure.isValid(bytes, MAGIC)) {
      return null;
    }
    var slot = new StateSlot(bytes.getLong(8), bytes.getLong(16), bytes.getLong(24), bytes.getLong(32),
        bytes.getLong(40), bytes.getLong(48), bytes.getLong(56), bytes.getLong(64), bytes.getLong(72));
    return slot.sequence < 1 || slot.epoch < 1 || slot.watermark < 0 || slot.visible < slot.watermark || slot.floor < 0
        ? null
        : slot;
  }
}
