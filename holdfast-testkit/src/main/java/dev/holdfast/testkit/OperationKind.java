package dev.holdfast.testkit;

/** The kinds of operation that a {@link SimulatedDisk} reports, counts and can make fail. */
public enum OperationKind {
  /** A file is created. */
  CREATE,
  /** A directory is created. */
  CREATE_DIRECTORY,
  /** Bytes are written to a file. */
  WRITE,
  /** A file is cut short. */
  TRUNCATE,
  /** What was written to a file is made durable. */
  FORCE,
  /** A file or directory gets another name. */
  RENAME,
  /** A file or directory loses its name. */
  DELETE,
  /** The names in a directory are made durable. */
  SYNC_DIRECTORY,
  /** Bytes are read from a file. Reported and made to fail like the others, but not counted: it changes nothing. */
  READ,
  /**
   * Memory mapped from a file was stored into. No operation of the disk, so neither reported, counted nor made to fail;
   * it appears among the pending ones once the disk has noticed, with the number of the last one counted.
   */
  STORE
}
