package dev.holdfast.storage;

/** How a lock is held. */
public enum LockMode {
  /** Any number of holders, as long as nobody holds it exclusively. */
  SHARED,
  /** One holder alone. */
  EXCLUSIVE
}
