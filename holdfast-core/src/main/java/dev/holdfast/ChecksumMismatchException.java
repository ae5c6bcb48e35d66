package dev.holdfast;

/** A frame's bytes do not agree with its checksum. */
public final class ChecksumMismatchException extends CorruptionException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; parameters as of {@link CorruptionException}. */
  public ChecksumMismatchException(String file, long offset, long id, String problem) {
    super(file, offset, id, problem);
  }
}
