package dev.holdfast.snapshot;

import java.io.IOException;

/** The bytes of a snapshot are not those that were written. */
final class DamagedSnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedSnapshotException(String problem) {
    super(problem);
  }
}
