package dev.holdfast;

/**
 * How payloads are compressed. What is written is said by the options; what is read is said by each frame, so a log may
 * hold frames of every kind.
 */
public enum Compression {
  /** Not at all. */
  NONE,
  /** LZ4 blocks: fast both ways. Needs {@code holdfast-compression-lz4} on the class path or module path. */
  LZ4,
  /**
   * Zstandard frames: smaller, and slower. Needs {@code holdfast-compression-zstd} on the class path or module path.
   */
  ZSTD
}
