package dev.holdfast.storage;

import java.io.IOException;

/**
 * The device or the quota is full (ENOSPC, EDQUOT). Thrown by writes and allocations, which may then have had a partial
 * effect on the bytes they were to write; and by a sync, where it means that data already handed over could not be
 * stored.
 */
public final class OutOfSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message that names the file. */
  public OutOfSpaceException(String message) {
    super(message);
  }

  /** Creates the exception with a message that names the file, and the system's own error. */
  public OutOfSpaceException(String message, Throwable cause) {
    super(message, cause);
  }
}
