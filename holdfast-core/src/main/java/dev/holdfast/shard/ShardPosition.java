package dev.holdfast.shard;

/**
 * Where a record of a sharded log is.
 *
 * @param shard from 0
 * @param id its id within the shard, from 0
 */
public record ShardPosition(int shard, long id) {

  /** Checks the bounds. */
  public ShardPosition {
    if (shard < 0 || id < 0) {
      throw new IllegalArgumentException("shard and id must be at least 0, not " + shard + " and " + id);
    }
  }
}
