package dev.holdfast.shard;

import dev.holdfast.CheckpointNotFoundException;
import dev.holdfast.InvalidCheckpointIdException;
import dev.holdfast.RecordCursor;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.ShardCountMismatchException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalException;
import dev.holdfast.WalLockedException;
import dev.holdfast.WalOptions;
import dev.holdfast.WalStats;
import dev.holdfast.storage.Directory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A log whose records are spread over shards by the hash of a key. Safe for use by many threads. One process at a time
 * may have it open for writing; read-only opens are allowed beside it.
 *
 * <p>
 * Each shard is a sequence of records of its own, with ids from 0, which keeps all that {@link dev.holdfast.LogStream}
 * promises. Across shards nothing is ordered; a {@link Checkpoint} ties them together. The shards may be in several
 * directories, the roots, on different disks: shard <i>i</i> is in root <i>i</i> modulo their number. How many shards
 * and roots there are, in which order, and the hash are fixed when the log is created, and checked whenever it is
 * opened.
 *
 * <p>
 * What the methods of {@code LogStream} throw, those here throw too; those that change anything throw
 * {@link UnsupportedOperationException} in a log that is open for reading only.
 */
public interface ShardedWal extends AutoCloseable {

  // ---- opening

  /**
   * Opens the log in these directories for writing, creating both if need be.
   *
   * @param roots one or more; always the same, in the same order
   * @param shardCount from the number of roots to 65,535
   * @throws ShardCountMismatchException if it was created with another number of shards
   * @throws WalLockedException if somebody has it open for writing
   * @throws IllegalArgumentException if a root is missing, belongs to another log, or is at another's place; the
   *   message names it. Nothing was changed
   */
  static ShardedWal open(List<Path> roots, WalOptions options, int shardCount) {
    requirePositive(shardCount);
    return OpenShardedWal.forWriting(RootPaths.openOrCreate(roots), options, shardCount);
  }

  /** Opens the log in these directories for writing with as many shards as it was created with: it must exist. */
  static ShardedWal open(List<Path> roots, WalOptions options) {
    return OpenShardedWal.forWriting(RootPaths.open(roots), options, 0);
  }

  /** Opens the log in one directory for writing, creating both if need be. */
  static ShardedWal open(Path root, WalOptions options, int shardCount) {
    return open(List.of(root), options, shardCount);
  }

  /** Like {@link #open(List, WalOptions, int)}, in directories of whatever kind. */
  static ShardedWal openIn(List<? extends Directory> roots, WalOptions options, int shardCount) {
    requirePositive(shardCount);
    return OpenShardedWal.forWriting(roots, options, shardCount);
  }

  /** Like {@link #open(List, WalOptions)}, in directories of whatever kind. */
  static ShardedWal openIn(List<? extends Directory> roots, WalOptions options) {
    return OpenShardedWal.forWriting(roots, options, 0);
  }

  /** Opens the log in these directories for reading. It never changes a byte, and may be done beside a writer. */
  static ShardedWal openReadOnly(List<Path> roots, WalOptions options) {
    return OpenShardedWal.forReading(RootPaths.open(roots), options);
  }

  /** Like {@link #openReadOnly(List, WalOptions)}, in directories of whatever kind. */
  static ShardedWal openReadOnlyIn(List<? extends Directory> roots, WalOptions options) {
    return OpenShardedWal.forReading(roots, options);
  }

  private static void requirePositive(int shardCount) {
    if (shardCount < 1) {
      throw new IllegalArgumentException("shardCount must be at least 1, not " + shardCount);
    }
  }

  // ---- routing

  /** Returns the number of shards. */
  int shardCount();

  /** Returns the name of the hash that routes keys, as {@code docs/FORMAT.md} describes it. */
  String routing();

  /** Returns the shard that records with this key go to: always the same. */
  int shardFor(byte[] key);

  // ---- appending

  /**
   * Appends one record to the shard of its key, and returns once it is kept as the sync policy promises.
   *
   * @param key routes only, it is not stored; may be empty
   * @param value the record
   */
  ShardPosition append(byte[] key, byte[] value);

  /** Appends one record without waiting, as {@link dev.holdfast.LogStream#appendAsync(byte[])} does. */
  CompletableFuture<ShardPosition> appendAsync(byte[] key, byte[] value);

  /**
   * Appends records with any mixture of keys. Each shard gets its part as one batch, with one write and one sync, all
   * shards at the same time.
   *
   * <p>
   * <b>Each part is atomic, all parts together are not.</b> After a crash during the call, or an exception, a shard has
   * its part whole or not at all, and any of the shards may have theirs. What must be kept or lost together belongs to
   * one shard: give it one key.
   *
   * @return the positions in the order of the records; none if there are none
   * @throws RecordTooLargeException if one record, or the part of a shard, is over its limit; nothing was appended
   */
  List<ShardPosition> appendBatch(List<KeyedRecord> records);

  /**
   * Appends records of one key as one batch: all or nothing.
   *
   * @return their positions, which follow each other
   */
  List<ShardPosition> appendBatch(byte[] key, List<byte[]> values);

  /**
   * Makes everything appended to any shard before this call durable, all shards at the same time.
   *
   * @throws StreamFailedException if that fails for one; the others have been synced all the same
   */
  void sync();

  // ---- reading; by shard, in order, or by position: there is no index by key

  /** Returns a cursor over a shard; see {@link dev.holdfast.LogStream#read}. */
  RecordCursor read(int shard, long fromId);

  /** Returns a cursor over a shard to wait with; see {@link dev.holdfast.LogStream#tail}. */
  RecordCursor tail(int shard, long fromId);

  /**
   * Returns a cursor over the records of a shard that do not belong to a checkpoint: those from its offset on.
   *
   * @throws CheckpointNotFoundException if some of them have been pruned
   */
  RecordCursor readAfter(Checkpoint checkpoint, int shard);

  /** Returns a copy of one record, or empty if there is none at this position, or not any more. */
  Optional<byte[]> get(ShardPosition position);

  /** Returns of each shard the id of its first record, or the next one if it has none. */
  long[] firstIds();

  /** Returns of each shard the id after the last record that readers see. */
  long[] nextIds();

  /** Returns of each shard the id below which every record is known to be on stable storage. */
  long[] durableEnds();

  /** Returns the segments of a shard, oldest first. */
  List<SegmentInfo> segments(int shard);

  // ---- checkpoints

  /**
   * Takes a checkpoint: makes everything acknowledged so far durable, whatever the sync policy, all shards at the same
   * time, then notes how far each shard is durable, durably. What was acknowledged to any thread before this call
   * belongs to the checkpoint; what is appended meanwhile may.
   *
   * @param id the caller's own name for it; a checkpoint that has it already is replaced
   * @throws InvalidCheckpointIdException if it is not from 1 to 65,535 bytes long in UTF-8
   */
  Checkpoint createCheckpoint(String id);

  /** Takes a checkpoint whose id is any 1 to 65,535 bytes. */
  Checkpoint createCheckpoint(byte[] id);

  /** Returns the newest checkpoint with this id. */
  Optional<Checkpoint> checkpoint(String id);

  /** Returns the newest checkpoint with this id. */
  Optional<Checkpoint> checkpoint(byte[] id);

  /** Returns the checkpoint taken last. */
  Optional<Checkpoint> latestCheckpoint();

  /** Returns all checkpoints, in the order in which they were taken. */
  List<Checkpoint> checkpoints();

  /**
   * Deletes, in every shard, the segments all of whose records belong to this checkpoint; never the last segment. Older
   * checkpoints stay, but {@link #readAfter} refuses those whose records are gone.
   *
   * @throws CheckpointNotFoundException if there is none with this id
   */
  PruneStats pruneBefore(String id);

  /** Likewise, for an id of any bytes. */
  PruneStats pruneBefore(byte[] id);

  /**
   * Removes all but the newest checkpoints. Others may be taken meanwhile; they wait for it.
   *
   * @param keep how many stay, at least 1
   */
  CompactionStats compactCheckpoints(int keep);

  // ---- the rest

  /** Returns what opening each shard found, by the name of its stream. */
  Map<String, RecoveryReport> recovery();

  /** Returns figures. */
  WalStats stats();

  /**
   * Closes the log as {@link dev.holdfast.Wal#close()} does: everything is made durable, under every
   * {@link SyncPolicy}.
   *
   * @throws WalException if something could not be made durable; everything is closed all the same
   */
  @Override
  void close();
}
