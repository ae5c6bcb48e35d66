package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a record of the stream {@code system/snapshots} says: that a snapshot has been published.
 *
 * <pre>
 * offset  size  field
 *      0     2  kind: 1
 *      2     2  length of the stream's name, n, in bytes
 *      4     4  0
 *      8     8  end of the snapshot
 *     16     8  size of its file
 *     24     8  the stream's random number
 *     32     n  the stream's name, UTF-8
 * </pre>
 *
 * @param stream the stream
 * @param streamId the random number it got when it was created
 * @param end the snapshot covers what is below this id
 * @param size of its file, in bytes
 */
public record SnapshotMarkerRecord(String stream, long streamId, long end, long size) {
  private static final int HEADER = 32;
  private static final short PUBLISHED = 1;

  /** Returns the bytes. */
  public byte[] encode() {
    var name = stream.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + name.length).order(ByteOrder.LITTLE_ENDIAN).putShort(PUBLISHED)
        .putShort((short) name.length).putInt(0).putLong(end).putLong(size).putLong(streamId).put(name).array();
  }

  /** Returns what the bytes say, or null if they are not of that shape. */
  public static @Nullable SnapshotMarkerRecord decode(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER || buffer.getShort(0) != PUBLISHED
        || Short.toUnsignedInt(buffer.getShort(2)) != bytes.length - HEADER) {
      return null;
    }
    try {
      var name = StandardCharsets.UTF_8.newDecoder().decode(buffer.slice(HEADER, bytes.length - HEADER)).toString();
      return new SnapshotMarkerRecord(name, buffer.getLong(24), buffer.getLong(8), buffer.getLong(16));
    } catch (CharacterCodingException _) {
      return null;
    }
  }
}
