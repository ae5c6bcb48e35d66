package dev.holdfast;

/**
 * The device or the quota is full. Nothing of the append was kept, what was there stays readable, and appends work
 * again once there is space, without reopening.
 */
public final class StorageFullException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with what caused it. */
  public StorageFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
