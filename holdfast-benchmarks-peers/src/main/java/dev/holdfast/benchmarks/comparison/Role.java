package dev.holdfast.benchmarks.comparison;

/** What part a program has in a comparison. */
enum Role {
  /** Does the least that is correct. The first of a contest is the one that ratios are to. */
  LIMIT,
  /** Holdfast. */
  HOLDFAST,
  /** Another library. */
  PEER
}
