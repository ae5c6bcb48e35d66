package dev.holdfast.shard;

import dev.holdfast.CorruptionException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.CheckpointRecord;
import dev.holdfast.internal.logging.Log;
import java.time.Instant;
import java.util.TreeMap;

/**
 * Makes the index of checkpoints from their stream, and keeps up with it. Belongs to one thread at a time.
 */
final class CheckpointReplay {
  private static final long NANOS = 1_000_000_000L;

  private final LogStream stream;
  private final int shards;
  private final CorruptionPolicy policy;
  private final CheckpointIndex index = new CheckpointIndex();
  private long next;

  CheckpointReplay(LogStream stream, int shards, CorruptionPolicy policy) {
    this.stream = stream;
    this.shards = shards;
    this.policy = policy;
  }

  CheckpointIndex index() {
    return index;
  }

  /**
   * Reads what has come since the last time.
   *
   * @throws CorruptionException if a record is damaged; under {@link CorruptionPolicy#TRUNCATE} it is passed over, and
   *   those behind it are read
   */
  void catchUp() {
    while (next < stream.nextId()) {
      try (var cursor = stream.read(next)) {
        while (cursor.next()) {
          read(cursor);
        }
        next = Math.max(next, cursor.nextId());
      } catch (CorruptionException e) {
        if (policy == CorruptionPolicy.ERROR) {
          throw e;
        }
        Log.warning("a checkpoint cannot be read and is passed over", e);
        next = Math.max(next, e.id()) + 1;
      }
    }
  }

  private void read(RecordCursor cursor) {
    var record = decode(cursor);
    if (!record.isCompaction()) {
      index.add(cursor.id(), checkpoint(record));
      next = cursor.id() + 1;
      return;
    }
    var retained = new TreeMap<Long, Checkpoint>();
    while (retained.size() < record.retained()) { // the batch is there whole or not at all
      if (!cursor.next()) {
        throw damaged(cursor.nextId(), "a compaction announces " + record.retained() + " checkpoints, there are "
            + retained.size());
      }
      retained.put(cursor.id(), checkpoint(decode(cursor)));
    }
    index.replaceBy(retained);
    next = cursor.id() + 1;
  }

  private CheckpointRecord decode(RecordCursor cursor) {
    var payload = cursor.payload();
    if (!CheckpointRecord.isKnown(payload)) {
      throw new UnsupportedFormatException("record " + cursor.id()
          + " of the checkpoints is of a kind that this version does not know: use a newer version of the program");
    }
    var record = CheckpointRecord.decode(payload, shards);
    if (record == null) {
      throw damaged(cursor.id(), "is not a checkpoint of " + shards + " shards");
    }
    return record;
  }

  private static CorruptionException damaged(long id, String problem) {
    return new CorruptionException("system/checkpoints", 0, id, problem);
  }

  private static Checkpoint checkpoint(CheckpointRecord record) {
    var time = Instant.ofEpochSecond(Math.floorDiv(record.time(), NANOS), Math.floorMod(record.time(), NANOS));
    return new Checkpoint(CheckpointId.owning(record.id()), time, record.offsets());
  }
}
