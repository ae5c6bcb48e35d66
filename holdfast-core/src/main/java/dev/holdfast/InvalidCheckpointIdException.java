package dev.holdfast;

/** The id of a checkpoint must be from 1 to 65,535 bytes long. */
public final class InvalidCheckpointIdException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public InvalidCheckpointIdException(String message) {
    super(message);
  }
}
