package dev.holdfast;

/** Reading or writing failed; the message names the file and the cause is the storage's own error. */
public final class WalIOException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with what caused it. */
  public WalIOException(String message, Throwable cause) {
    super(message, cause);
  }
}
