package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The FORMAT file of a log.
 *
 * @param logId random
 * @param rootIndex which of the log's roots this directory is, from 0
 * @param rootCount how many roots it has
 * @param shardCount how many shards, 0 = not sharded
 * @param routingHash how keys are routed to shards, 0 = not at all
 * @param created ms since 1970
 */
public record LogFormat(UUID logId, int rootIndex, int rootCount, int shardCount, int routingHash, long created) {
  /** The size of the file. */
  public static final int SIZE = Structure.SIZE;
  private static final String MAGIC = "HOLDFMT1";

  /** Returns the format of a new log with one root. */
  public static LogFormat ofNewLog(UUID logId, long created) {
    return new LogFormat(logId, 0, 1, 0, 0, created);
  }

  /** Returns the format of one root of a new sharded log. */
  public static LogFormat ofNewShardedLog(UUID logId, int rootIndex, int rootCount, int shardCount, long created) {
    return new LogFormat(logId, rootIndex, rootCount, shardCount, RoutingHash.XXH64, created);
  }

  /** Returns whether this is a root of a sharded log. */
  public boolean isSharded() {
    return shardCount != 0 || rootCount != 1;
  }

  /** Returns its bytes. */
  public ByteBuffer encode() {
    var buffer = Structure.beginVersioned(MAGIC).putLong(logId.getMostSignificantBits())
        .putLong(logId.getLeastSignificantBits()).putInt(rootIndex)
        .putInt(rootCount).putInt(shardCount).putInt(routingHash).putLong(created);
    return Structure.finish(buffer);
  }

  /**
   * Returns the format in a file's bytes, or null if there is no valid one.
   *
   * @throws dev.holdfast.UnsupportedFormatException if it is one of a newer major version
   */
  public static @Nullable LogFormat decode(byte[] file) {
    var buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    Structure.refuseNewer(buffer, MAGIC, "FORMAT");
    if (!Structure.isValid(buffer, MAGIC)) {
      return null;
    }
    return new LogFormat(new UUID(buffer.getLong(24), buffer.getLong(32)), buffer.getInt(40), buffer.getInt(44),
        buffer.getInt(48), buffer.getInt(52), buffer.getLong(56));
  }
}
