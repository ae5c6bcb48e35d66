package dev.holdfast.shard;

import java.time.Instant;
import java.util.Arrays;

/**
 * Where every shard was when a checkpoint was taken. Immutable; equal if id, time and offsets are.
 *
 * <p>
 * A record belongs to the checkpoint if its id is below the {@link #offset} of its shard. All of these were durable
 * before the checkpoint was, and whatever was acknowledged to any thread before the call that took it is among them.
 */
public final class Checkpoint {
  private final CheckpointId id;
  private final Instant time;
  private final long[] offsets;

  Checkpoint(CheckpointId id, Instant time, long[] offsets) {
    this.id = id;
    this.time = time;
    this.offsets = offsets;
  }

  /** Returns a copy of the id. */
  public byte[] id() {
    return id.copy();
  }

  /** Returns the id as text if it is UTF-8, else {@code 0x} and its bytes in hexadecimal. */
  public String idText() {
    return id.text();
  }

  /** Returns when it was taken by the clock of the machine, which may have been set back since. */
  public Instant time() {
    return time;
  }

  /** Returns the number of shards. */
  public int shardCount() {
    return offsets.length;
  }

  /** Returns the id of the first record of a shard that does not belong to the checkpoint: where to go on reading. */
  public long offset(int shard) {
    return offsets[shard];
  }

  /** Returns a copy of the offsets of all shards. */
  public long[] offsets() {
    return offsets.clone();
  }

  CheckpointId key() {
    return id;
  }

  /** Returns the offsets themselves, which must not be changed. */
  long[] sharedOffsets() {
    return offsets;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checkpoint that && id.equals(that.id) && time.equals(that.time)
        && Arrays.equals(offsets, that.offsets);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * id.hashCode() + time.hashCode()) + Arrays.hashCode(offsets);
  }

  @Override
  public String toString() {
    return "Checkpoint[" + id + ", " + time + ", " + Arrays.toString(offsets) + "]";
  }
}
