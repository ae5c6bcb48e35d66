package dev.holdfast;

/**
 * An entry that cannot be encoded, or bytes that are no entry. Thrown by a {@link Codec}; whoever calls one through a
 * stream gets an {@link EntryCodecException} that says where.
 */
public final class CodecException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param message what was found, and what was expected
   */
  public CodecException(String message) {
    super(message);
  }

  /** Creates one with what caused it. */
  public CodecException(String message, Throwable cause) {
    super(message, cause);
  }
}
