package dev.holdfast.shard;

import java.util.function.Supplier;

/** The checkpoints of a log that is open for reading, perhaps beside a writer: it looks again whenever it is asked. */
final class ReadOnlyCheckpoints implements CheckpointSource {
  private final CheckpointReplay replay; // guarded by this

  ReadOnlyCheckpoints(CheckpointReplay replay) {
    this.replay = replay;
  }

  @Override
  public synchronized CheckpointIndex current() {
    replay.catchUp();
    return replay.index();
  }

  @Override
  public Checkpoint take(CheckpointId id, Supplier<long[]> durableEnds) {
    throw new UnsupportedOperationException("createCheckpoint: the log is open for reading only");
  }

  @Override
  public CompactionStats compact(int keep) {
    throw new UnsupportedOperationException("compactCheckpoints: the log is open for reading only");
  }
}
