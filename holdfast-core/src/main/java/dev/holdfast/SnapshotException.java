package dev.holdfast;

/**
 * A snapshot that cannot be written or read, or snapshots and a log that do not fit together: the message says which
 * ones, and what is missing between them.
 */
public final class SnapshotException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public SnapshotException(String message) {
    super(message);
  }

  /** Creates the exception with what caused it. */
  public SnapshotException(String message, Throwable cause) {
    super(message, cause);
  }
}
