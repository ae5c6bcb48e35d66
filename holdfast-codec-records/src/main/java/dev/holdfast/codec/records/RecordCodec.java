package dev.holdfast.codec.records;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.PayloadWriter;
import java.nio.ByteBuffer;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * Entries that are Java records, or one of several records that a sealed interface permits. They are written in CBOR
 * (RFC 8949) by Jackson: a record as a map from the names of its components to their values, an entry of a sealed
 * interface as an array of the record's name and that map. Equal entries give equal bytes; maps and sets are written in
 * the natural order of their keys.
 *
 * <p>
 * <b>Components</b> are numbers, booleans, characters, texts, enums, {@code BigInteger}, {@code BigDecimal},
 * {@code UUID}, {@code Instant}, {@code Duration}, {@code LocalDate}, {@code LocalTime}, {@code LocalDateTime},
 * {@code OffsetDateTime}, records, sealed interfaces of records; {@code Optional}, arrays, lists of all these; sets and
 * keys of maps of those that have an order and one text. What else is in a type is refused when the codec is made, so
 * bytes never choose a class.
 *
 * <p>
 * <b>Missing components.</b> An {@code Optional} that is empty and a component marked {@code @Nullable} that is null
 * are not written, and read as that when they are missing. All others must be there, in what is written and in what is
 * read. So a new component of a record that is in logs already is an {@code Optional}, or {@code @Nullable} with a
 * default that the compact constructor puts in. Null is never written otherwise; not in lists, and not in maps.
 *
 * <p>
 * <b>Unknown components</b>, records and constants are refused: a newer program has recorded what this one does not
 * understand, and a state built without it would be another. Components that were given up are listed in
 * {@link Dropped}; what was renamed keeps its former names in {@link EntryName}. A change beyond that is a new version
 * ({@link dev.holdfast.Codecs#versioned}).
 *
 * <p>
 * <b>Hostile bytes</b> give a {@link CodecException}, in time and memory proportional to their number: they are checked
 * for well-formed CBOR, lengths and nesting before Jackson sees them. What would not pass that check is not written
 * either: entries nested deeper than {@value #MAX_DEPTH} arrays and maps, numbers of more than
 * {@value #MAX_NUMBER_BYTES} bytes. Annotations of Jackson have no effect.
 *
 * <p>
 * Safe for use by many threads. Making one costs milliseconds: make one for each type, and keep it.
 *
 * @param <E> the entries
 */
public final class RecordCodec<E> implements Codec<E> {
  /** How deep arrays and maps may be nested in what is written; a record in a sealed interface is two of them. */
  public static final int MAX_DEPTH = 100;
  /** The largest absolute value of a {@code BigInteger}, and of the digits of a {@code BigDecimal}, in bytes. */
  public static final int MAX_NUMBER_BYTES = 1024;

  private static final int LONGEST_MESSAGE = 500;

  private final Class<E> type;
  private final ObjectReader reader;
  private final ObjectWriter writer;

  private RecordCodec(Class<E> type) {
    var mapper = Mappers.of(EntryTypes.of(type));
    this.type = type;
    this.reader = mapper.readerFor(type);
    this.writer = mapper.writerFor(type);
  }

  /**
   * Returns a codec for a record, or for the records that a sealed interface permits.
   *
   * @throws IllegalArgumentException if the type, or one that its components have, cannot be written: says which one,
   *   where, and why
   */
  public static <E> RecordCodec<E> of(Class<E> type) {
    return new RecordCodec<>(Objects.requireNonNull(type, "type"));
  }

  @Override
  public void encode(E entry, PayloadWriter out) throws CodecException {
    Objects.requireNonNull(entry, "entry");
    byte[] bytes;
    try {
      bytes = writer.writeValueAsBytes(entry);
      WellFormed.check(bytes);
    } catch (JacksonException e) {
      throw failed(unwritable(), e);
    } catch (CodecException e) {
      throw new CodecException(unwritable() + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      throw new CodecException(unwritable() + e, e);
    }
    out.put(bytes);
  }

  /** {@inheritDoc} The bytes are copied first: they may lie in a mapped file, which no parser should read. */
  @Override
  public E decode(ByteBuffer in) throws CodecException {
    var bytes = new byte[in.remaining()];
    in.get(bytes);
    try {
      WellFormed.check(bytes);
      return type.cast(reader.readValue(bytes));
    } catch (JacksonException e) {
      throw failed(unreadable(), e);
    } catch (CodecException e) {
      throw new CodecException(unreadable() + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      throw new CodecException(unreadable() + e, e);
    }
  }

  private String unwritable() {
    return "cannot be written as " + type.getSimpleName() + ": ";
  }

  private String unreadable() {
    return "not a readable " + type.getSimpleName() + ": ";
  }

  private static CodecException failed(String what, JacksonException cause) {
    var text = String.valueOf(cause.getOriginalMessage());
    var path = cause instanceof DatabindException e ? e.getPathReference() : "";
    var where = path.isEmpty() ? "" : " (at " + shortened(path) + ")";
    return new CodecException(what + shortened(text) + where, cause);
  }

  /** Texts of Jackson may quote what was found, however long. */
  private static String shortened(String text) {
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
  }
}
