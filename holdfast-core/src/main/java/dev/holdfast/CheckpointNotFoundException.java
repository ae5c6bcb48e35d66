package dev.holdfast;

/** There is no such checkpoint, or the records after it have been pruned since it was taken. */
public final class CheckpointNotFoundException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CheckpointNotFoundException(String message) {
    super(message);
  }
}
