package dev.holdfast.shard;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.WalException;
import dev.holdfast.internal.format.CheckpointRecord;
import dev.holdfast.internal.format.ShardNames;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The checkpoints of a log that is open for writing. One is taken when its record is durable, and only then in the
 * index. A compaction is one batch: a record that says that nothing before it counts, then the checkpoints that stay;
 * so a crash finds either what was before or what stays. What to do with a stream of such records is in
 * {@link CheckpointReplay}.
 */
final class Checkpoints implements CheckpointSource {
  private static final long NANOS = 1_000_000_000L;

  private final LogStream stream;
  private final CheckpointIndex index;
  private final InstantSource clock;
  /** Shared by those who take a checkpoint, held alone by a compaction: none comes between what stays and its batch. */
  private final ReentrantReadWriteLock compaction = new ReentrantReadWriteLock();
  /** Offsets are read and their record is appended under it, so a later record never has smaller offsets. */
  private final ReentrantLock order = new ReentrantLock();

  Checkpoints(LogStream stream, CheckpointIndex index, InstantSource clock) {
    this.stream = stream;
    this.index = index;
    this.clock = clock;
  }

  @Override
  public CheckpointIndex current() {
    return index;
  }

  /**
   * Takes a checkpoint.
   *
   * @param durableEnds asked for the offsets; everything that the checkpoint must cover is durable already
   */
  @Override
  public Checkpoint take(CheckpointId id, Supplier<long[]> durableEnds) {
    compaction.readLock().lock();
    try {
      Checkpoint checkpoint;
      CompletableFuture<Long> record;
      order.lock();
      try {
        checkpoint = new Checkpoint(id, clock.instant(), durableEnds.get());
        record = stream.appendAsync(encode(checkpoint));
      } finally {
        order.unlock();
      }
      index.add(await(record), checkpoint);
      return checkpoint;
    } finally {
      compaction.readLock().unlock();
    }
  }

  private static long await(CompletableFuture<Long> record) {
    try {
      return record.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof WalException cause ? cause : e;
    }
  }

  private static byte[] encode(Checkpoint checkpoint) {
    return CheckpointRecord.encodeCheckpoint(checkpoint.key().bytes(), nanos(checkpoint.time()),
        checkpoint.sharedOffsets());
  }

  private static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), NANOS), time.getNano());
  }

  /** Lets only the newest checkpoints stay. */
  @Override
  public CompactionStats compact(int keep) {
    compaction.writeLock().lock();
    try {
      var before = index.size();
      if (before <= keep && !index.hasSuperseded()) {
        return new CompactionStats(before, 0, 0, 0);
      }
      var stay = index.newest(keep);
      var marker = rewrite(stay);
      var deleted = SegmentDeletion.before(stream, marker);
      return new CompactionStats(stay.size(), before - stay.size(), deleted.segments(), deleted.bytes());
    } finally {
      compaction.writeLock().unlock();
    }
  }

  /** Durable when it returns, so what is before it is not needed any more. Returns the id of its first record. */
  private long rewrite(List<Checkpoint> stay) {
    var batch = new ArrayList<byte[]>(stay.size() + 1);
    batch.add(CheckpointRecord.encodeCompaction(stay.size()));
    stay.forEach(checkpoint -> batch.add(encode(checkpoint)));
    var marker = stream.appendBatch(batch).start();
    var retained = new TreeMap<Long, Checkpoint>();
    for (var checkpoint : stay) {
      retained.put(marker + 1 + retained.size(), checkpoint);
    }
    index.replaceBy(retained);
    return marker;
  }

  /**
   * Checks that the shards hold what the checkpoints say was durable. No checkpoint has larger offsets than the latest.
   *
   * @throws CorruptionException if one ends before
   */
  void requireWithin(List<LogStream> shards) {
    index.latest().ifPresent(checkpoint -> shards.forEach(shard -> requireWithin(shard, checkpoint)));
  }

  private static void requireWithin(LogStream shard, Checkpoint checkpoint) {
    var offset = checkpoint.offset(ShardNames.shardOf(shard.name()));
    if (offset > shard.nextId()) {
      throw new CorruptionException("streams/" + shard.name(), 0, shard.nextId(), "checkpoint '" + checkpoint.idText()
          + "' says that every record below " + offset
          + " was durable, but the shard ends here: has it been restored from an older copy? No record was changed");
    }
  }
}
