package dev.holdfast;

/** How sealed segments are read; those still being written are always read positionally. */
public enum ReadStrategy {
  /** Mapped into memory. */
  MMAP,
  /** By positional reads. */
  STANDARD_IO
}
