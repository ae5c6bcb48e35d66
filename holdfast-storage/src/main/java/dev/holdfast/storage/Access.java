package dev.holdfast.storage;

/** How a file is opened or mapped. */
public enum Access {
  /** Reading only: nothing done through it changes a byte. */
  READ,
  /** Reading and writing. */
  READ_WRITE
}
