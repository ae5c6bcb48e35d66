package dev.holdfast.shard;

/**
 * What {@link ShardedWal#compactCheckpoints} did.
 *
 * @param retained how many checkpoints there are now
 * @param removed how many went
 * @param segments how many segments of the checkpoint stream were deleted
 * @param bytes the size of their files
 */
public record CompactionStats(int retained, int removed, int segments, long bytes) {}
