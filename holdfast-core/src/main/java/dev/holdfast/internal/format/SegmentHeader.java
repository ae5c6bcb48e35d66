package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The first 128 bytes of a segment.
 *
 * @param nameHash hash of the stream's name
 * @param streamId random number of the stream, drawn at its creation
 * @param salt what the checksums of its frames begin with
 * @param epoch which history it belongs to
 * @param created ms since 1970; the frames' times count from here
 * @param reserved the size of the file when it was prepared, 0 if it grows with what is written
 * @param maxFrame the largest data frame allowed in it, in bytes
 * @param former below this offset the file may hold, behind this segment's frames, bytes of another segment that it was
 *   before; 0 if it never was one
 */
public record SegmentHeader(long nameHash, long streamId, long salt, long epoch, long created, long reserved,
    int maxFrame, long former) {
  /** Its size in bytes, and the offset of the start frame. */
  public static final int SIZE = Structure.SIZE;
  private static final String MAGIC = "HOLDFAST";
  private static final int FORMER = 80;

  /** Creates the header of a file that never was another segment. */
  public SegmentHeader(long nameHash, long streamId, long salt, long epoch, long created, long reserved,
      int maxFrame) {
    this(nameHash, streamId, salt, epoch, created, reserved, maxFrame, 0);
  }

  /** Returns the same, with another salt, for a file that was another segment and has its bytes up to an offset. */
  public SegmentHeader inPlaceOfAnother(long newSalt, long formerEnd) {
    return new SegmentHeader(nameHash, streamId, newSalt, epoch, created, reserved, maxFrame, formerEnd);
  }

  /** Returns its bytes. */
  public ByteBuffer encode() {
    var buffer = Structure.beginVersioned(MAGIC).putLong(nameHash).putLong(streamId).putLong(salt).putLong(epoch)
        .putLong(created).putLong(reserved).putInt(maxFrame).putLong(FORMER, former);
    return Structure.finish(buffer);
  }

  /**
   * Returns the header at the start of {@code buffer}, or null if there is no valid one.
   *
   * @throws dev.holdfast.UnsupportedFormatException if it is one of a newer major version
   */
  public static @Nullable SegmentHeader decode(ByteBuffer buffer, String file) {
    Structure.refuseNewer(buffer, MAGIC, file);
    if (!Structure.isValid(buffer, MAGIC)) {
      return null;
    }
    var fields = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    var header = new SegmentHeader(fields.getLong(24), fields.getLong(32), fields.getLong(40), fields.getLong(48),
        fields.getLong(56), fields.getLong(64), fields.getInt(72), fields.getLong(FORMER));
    return header.isPossible() ? header : null;
  }

  private boolean isPossible() {
    return maxFrame >= Frame.HEADER && epoch >= 1 && reserved >= 0 && former >= 0 && former <= reserved;
  }
}
