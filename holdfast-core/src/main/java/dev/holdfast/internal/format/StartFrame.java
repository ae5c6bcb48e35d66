package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The payload of a segment's first frame: where its predecessor ends as this history knows it.
 *
 * @param predecessor first id of the predecessor, {@link #NONE} if there is none
 * @param epoch its epoch
 * @param endOffset the offset of the end of its last data frame that has an id below the end
 * @param checksum the checksum field of that frame, or of its start frame if it has no data
 * @param named whether the predecessor's name was known to be durable when the segment, or an empty one whose place it
 *   took, was begun
 */
public record StartFrame(long predecessor, long epoch, long endOffset, int checksum, boolean named) {
  /** The predecessor of a stream's first segment. */
  public static final long NONE = -1;
  /** Bytes of the payload. */
  public static final int PAYLOAD = 32;
  /** Bytes of the frame. */
  public static final int SIZE = Frame.HEADER + PAYLOAD;
  /** The offset of the first data frame of a segment. */
  public static final int DATA_START = SegmentHeader.SIZE + SIZE;
  /** The start of a stream. */
  public static final StartFrame FIRST = new StartFrame(NONE, 0, 0, 0);
  private static final int NOT_NAMED = 1;

  /** Creates the payload for a segment behind one whose name is durable. */
  public StartFrame(long predecessor, long epoch, long endOffset, int checksum) {
    this(predecessor, epoch, endOffset, checksum, true);
  }

  /** Returns the whole frame. */
  public ByteBuffer encode(long salt, long firstId, int unsynced, int time) {
    var buffer = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(buffer, 0, PAYLOAD, firstId, 0, unsynced, time, Frame.START);
    buffer.putLong(Frame.HEADER, predecessor).putLong(Frame.HEADER + 8, epoch).putLong(Frame.HEADER + 16, endOffset)
        .putInt(Frame.HEADER + 24, checksum).putInt(Frame.HEADER + 28, named ? 0 : NOT_NAMED);
    buffer.putInt(Frame.CHECKSUM, new FrameChecksum().of(salt, buffer.array(), 0, PAYLOAD));
    return buffer.clear();
  }

  /** Returns the payload at {@code at}. The buffer must be little-endian. */
  public static StartFrame decode(ByteBuffer buffer, int at) {
    return new StartFrame(buffer.getLong(at), buffer.getLong(at + 8), buffer.getLong(at + 16), buffer.getInt(at + 24),
        (buffer.getInt(at + 28) & NOT_NAMED) == 0);
  }
}
