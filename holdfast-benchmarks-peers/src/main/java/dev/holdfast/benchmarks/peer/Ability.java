package dev.holdfast.benchmarks.peer;

/** What only some libraries can do. */
public enum Ability {
  /** Make several records durable at once. */
  BATCH,
  /** Read all records in order from a log that is being written. */
  SCAN,
  /** Read one record by its number. */
  GET,
  /** Read records as they come. */
  TAIL
}
