package dev.holdfast.shard;

import java.util.function.Supplier;

/** Where checkpoints come from. */
sealed interface CheckpointSource permits Checkpoints, ReadOnlyCheckpoints {

  /** Returns those there are now. */
  CheckpointIndex current();

  /** Takes one, with the offsets that {@code durableEnds} says. */
  Checkpoint take(CheckpointId id, Supplier<long[]> durableEnds);

  /** Lets only the newest {@code keep} stay. */
  CompactionStats compact(int keep);
}
