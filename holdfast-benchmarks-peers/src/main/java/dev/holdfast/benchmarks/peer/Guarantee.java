package dev.holdfast.benchmarks.peer;

/** What an append has achieved when it returns. */
public enum Guarantee {
  /** The record survives the loss of power. */
  DURABLE,
  /** Nothing more than the library promises without syncing; see {@link Peer#unsynced()}. */
  UNSYNCED
}
