package dev.holdfast.internal.format;

/** The names of a sharded log's streams. */
public final class ShardNames {
  /** The most shards there can be. */
  public static final int MAX_SHARDS = 0xFFFF;
  /** The system stream of the checkpoints. */
  public static final String CHECKPOINTS = "checkpoints";

  private static final String PREFIX = "shard-";
  private static final int DIGITS = 5;

  private ShardNames() {}

  /** Returns the name of the stream of a shard: {@code shard-00000} and so on. */
  public static String of(int shard) {
    var digits = Integer.toString(shard);
    return PREFIX + "0".repeat(DIGITS - digits.length()) + digits;
  }

  /**
   * Returns the shard whose stream has this name.
   *
   * @throws IllegalArgumentException if none has
   */
  public static int shardOf(String name) {
    if (name.length() == PREFIX.length() + DIGITS && name.startsWith(PREFIX)) {
      try {
        var shard = Integer.parseInt(name, PREFIX.length(), name.length(), 10);
        if (of(shard).equals(name)) {
          return shard;
        }
      } catch (NumberFormatException _) {
        // said below
      }
    }
    throw new IllegalArgumentException("'" + name + "' is not the stream of a shard");
  }
}
