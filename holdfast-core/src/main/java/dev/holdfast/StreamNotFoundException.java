package dev.holdfast;

/** The stream has been deleted, or does not exist in a log that is open for reading only. */
public final class StreamNotFoundException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public StreamNotFoundException(String message) {
    super(message);
  }
}
