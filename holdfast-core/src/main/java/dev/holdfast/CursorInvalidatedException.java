package dev.holdfast;

/** The records a cursor was to read next have been truncated under it. Open a new one where reading is to go on. */
public final class CursorInvalidatedException extends WalException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CursorInvalidatedException(String message) {
    super(message);
  }
}
