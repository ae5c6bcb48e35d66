package dev.holdfast;

/**
 * The data was written by a newer version of the format, or with a codec this version or program does not have. Nothing
 * is wrong with it, and nothing was changed.
 */
public final class UnsupportedFormatException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public UnsupportedFormatException(String message) {
    super(message);
  }
}
