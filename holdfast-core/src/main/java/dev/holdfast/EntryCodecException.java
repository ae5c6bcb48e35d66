package dev.holdfast;

/**
 * A record whose bytes are as they were appended, but are no entry of the type that the stream was opened with; or an
 * entry that could not be encoded, of which nothing was written.
 */
public final class EntryCodecException extends WalException {
  private static final long serialVersionUID = 1L;

  private final String stream;
  private final long id;
  private final String segment;
  private final long offset;

  /**
   * Creates one.
   *
   * @param stream the stream
   * @param id the record; -1 if it was not written
   * @param segment the name of the file it is in; empty if it was not written or is not known
   * @param offset where in that file its frame begins, in bytes; -1 if it was not written or is not known
   * @param problem what the codec said
   * @param cause the codec's exception
   */
  public EntryCodecException(String stream, long id, String segment, long offset, String problem, Throwable cause) {
    super(describe(stream, id, segment, offset, problem), cause);
    this.stream = stream;
    this.id = id;
    this.segment = segment;
    this.offset = offset;
  }

  private static String describe(String stream, long id, String segment, long offset, String problem) {
    if (id < 0) {
      return "stream '" + stream + "': an entry cannot be encoded, nothing was written: " + problem;
    }
    var place = segment.isEmpty() ? "" : " (" + segment + ", offset " + offset + ")";
    return "stream '" + stream + "', record " + id + place + ": " + problem;
  }

  /** Returns the name of the stream. */
  public String stream() {
    return stream;
  }

  /** Returns the id of the record, or -1 if it was not written. */
  public long id() {
    return id;
  }

  /** Returns the name of the file that the record is in; empty if it was not written or is not known. */
  public String segment() {
    return segment;
  }

  /** Returns where in the file the record's frame begins, in bytes, or -1. */
  public long offset() {
    return offset;
  }
}
