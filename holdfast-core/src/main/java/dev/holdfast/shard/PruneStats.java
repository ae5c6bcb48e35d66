package dev.holdfast.shard;

import dev.holdfast.IdRange;
import java.util.List;

/**
 * What {@link ShardedWal#pruneBefore} deleted.
 *
 * @param deleted of each shard the ids that went
 * @param segments how many segments that were
 * @param bytes the size of their files
 */
public record PruneStats(List<IdRange> deleted, int segments, long bytes) {

  /** Copies the list. */
  public PruneStats {
    deleted = List.copyOf(deleted);
  }

  /** Returns how many records went. */
  public long records() {
    return deleted.stream().mapToLong(IdRange::count).sum();
  }
}
