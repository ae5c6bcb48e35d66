package dev.holdfast.snapshot;

import java.io.IOException;

/** A state has more bytes than a snapshot may have. */
final class StateTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  StateTooLargeException(String problem) {
    super(problem);
  }
}
