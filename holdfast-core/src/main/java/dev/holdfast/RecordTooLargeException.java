package dev.holdfast;

/** A record or a batch is over its limit. Nothing was written. */
public final class RecordTooLargeException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public RecordTooLargeException(String message) {
    super(message);
  }
}
