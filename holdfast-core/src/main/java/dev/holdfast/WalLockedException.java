package dev.holdfast;

/** Somebody else has the log open for writing; the message names the holder. */
public final class WalLockedException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public WalLockedException(String message) {
    super(message);
  }
}
