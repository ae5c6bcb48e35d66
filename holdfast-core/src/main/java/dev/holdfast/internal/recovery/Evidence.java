package dev.holdfast.internal.recovery;

import org.jspecify.annotations.Nullable;

/**
 * What a scan of a stream found, as far as the decision needs it.
 *
 * @param end the first id that cannot be continued
 * @param proved every id below it was durable
 * @param sealed whether the last segment ends with a seal
 * @param residue whether anything but zeros follows the end
 * @param where the file and offset of the end
 * @param obstacle what is wrong whatever was proved durable, if anything
 */
public record Evidence(long end, long proved, boolean sealed, boolean residue, Place where,
    @Nullable Obstacle obstacle) {

  /**
   * A place in a file.
   *
   * @param file its name
   * @param offset in bytes
   */
  public record Place(String file, long offset) {}

  /** Something that no crash leaves behind. */
  public enum Kind {
    /** A frame that was durable before its file got its name, or records proved durable, are damaged. */
    DAMAGED_FRAME,
    /** A segment header is damaged: it was durable before the file got its name. */
    DAMAGED_HEADER,
    /** A file belongs to another stream, or has the name of another segment. */
    FOREIGN_SEGMENT,
    /** A segment is not there. */
    MISSING_SEGMENT,
    /** A file is shorter than when it got its name. */
    CUT_FILE,
    /** A segment does not continue the one before it. */
    BROKEN_CHAIN
  }

  /**
   * Something that no crash leaves behind.
   *
   * @param kind what
   * @param place where
   * @param problem in words
   */
  public record Obstacle(Kind kind, Place place, String problem) {}
}
