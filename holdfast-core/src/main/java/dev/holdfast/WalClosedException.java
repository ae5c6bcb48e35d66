package dev.holdfast;

/** The log, or the cursor, has been closed. */
public final class WalClosedException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public WalClosedException(String message) {
    super(message);
  }
}
