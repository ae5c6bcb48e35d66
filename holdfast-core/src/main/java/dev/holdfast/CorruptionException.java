package dev.holdfast;

/**
 * Data that was promised is damaged or missing. The message says what was found, what was expected, and what is known
 * to be lost. Nothing was changed.
 */
public sealed class CorruptionException extends WalException permits ChecksumMismatchException {
  private static final long serialVersionUID = 1L;

  /** The file, relative to the log's directory. */
  private final String file;

  /** The offset in the file, in bytes. */
  private final long offset;

  /** The first id that cannot be read. */
  private final long id;

  /**
   * Creates the exception.
   *
   * @param file the damaged file, relative to the log's directory
   * @param offset where in it, in bytes
   * @param id the first id that cannot be read
   * @param problem what was found and what was expected
   */
  public CorruptionException(String file, long offset, long id, String problem) {
    super(file + " at offset " + offset + ", record " + id + ": " + problem);
    this.file = file;
    this.offset = offset;
    this.id = id;
  }

  /** Returns the damaged file, relative to the log's directory. */
  public final String file() {
    return file;
  }

  /** Returns the offset in the file, in bytes. */
  public final long offset() {
    return offset;
  }

  /** Returns the first id that cannot be read. */
  public final long id() {
    return id;
  }
}
