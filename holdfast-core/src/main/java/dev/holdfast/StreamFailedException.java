package dev.holdfast;

/**
 * The stream met an error after which nothing can be promised: a failed sync, or a failed write. What is durable stays
 * readable; everything else needs the log to be closed and opened again, which recovers. The cause is the first error.
 */
public final class StreamFailedException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with what caused it. */
  public StreamFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
