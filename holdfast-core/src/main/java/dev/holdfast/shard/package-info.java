/**
 * A log whose records are spread over shards by the hash of a key, with checkpoints over all of them.
 *
 * {@snippet :
 * try (ShardedWal log = ShardedWal.open(List.of(Path.of("data")), WalOptions.defaults(), 16)) {
 *   byte[] account = "account-4711".getBytes(UTF_8);
 *   ShardPosition position = log.append(account, "deposited 100".getBytes(UTF_8)); // durable when it returns
 *   log.createCheckpoint("end of day"); // where every shard is now
 *   log.pruneBefore("end of day"); // what the application's own snapshot of that moment covers is not needed any more
 * }
 * }
 *
 * <p>
 * To restore, a program loads the state that it saved with a checkpoint and reads each shard from there:
 *
 * {@snippet :
 * Checkpoint checkpoint = log.latestCheckpoint().orElseThrow();
 * for (int shard = 0; shard < log.shardCount(); shard++) {
 *   try (RecordCursor records = log.readAfter(checkpoint, shard)) {
 *     while (records.next()) {
 *       apply(records.payload());
 *     }
 *   }
 * }
 * }
 *
 * <p>
 * There is no index by key: records are read by shard and in order, or by their position. Keys are not stored; what the
 * program needs of them belongs into the record.
 */
package dev.holdfast.shard;
