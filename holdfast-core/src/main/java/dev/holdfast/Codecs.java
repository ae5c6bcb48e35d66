package dev.holdfast;

import dev.holdfast.internal.typed.Decoding;
import dev.holdfast.internal.typed.PayloadBuffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Ready codecs, and what helps to write one. */
public final class Codecs {
  private static final Codec<byte[]> BYTES = new Codec<>() {
    @Override
    public void encode(byte[] entry, PayloadWriter out) {
      out.put(entry);
    }

    @Override
    public byte[] decode(ByteBuffer in) {
      var bytes = new byte[in.remaining()];
      in.get(bytes);
      return bytes;
    }
  };

  private static final Codec<String> UTF8 = new Codec<>() {
    @Override
    public void encode(String entry, PayloadWriter out) throws CodecException {
      out.put(encoded(entry));
    }

    @Override
    public String decode(ByteBuffer in) throws CodecException {
      return decoded(in);
    }
  };

  private Codecs() {}

  /** Returns the codec whose entries are the bytes themselves. */
  public static Codec<byte[]> bytes() {
    return BYTES;
  }

  /** Returns the codec of texts: their UTF-8 bytes and nothing else. Refuses what is not well-formed, either way. */
  public static Codec<String> utf8() {
    return UTF8;
  }

  /**
   * Returns a codec for entries whose encoding changes as the program does: each entry begins with the number of the
   * version that wrote it ({@link PayloadWriter#putVarLong}). Entries are written in the current version and read in
   * any that is known; of others the exception says which one was found and which ones are known.
   *
   * @param version the number of the current version, at least 0; a number never means anything else again
   * @param current reads and writes the current version
   * @param older reads the versions before, by number
   * @param <E> the entries, as they are today
   */
  public static <E> Codec<E> versioned(int version, Codec<E> current, Map<Integer, ? extends Decoder<E>> older) {
    return new VersionedCodec<>(version, current, older);
  }

  /**
   * Reads entries of a former version.
   *
   * @param <E> the entries, as they are today
   */
  @FunctionalInterface
  public interface Decoder<E> {
    /** Reads an entry, as {@link Codec#decode} does. */
    E decode(ByteBuffer in) throws CodecException;
  }

  /**
   * Returns the bytes that a record with this entry has: for tests, and for bytes that go elsewhere than into a stream.
   *
   * @throws CodecException if the entry cannot be encoded
   */
  public static <E> byte[] toBytes(Codec<E> codec, E entry) throws CodecException {
    var buffer = new PayloadBuffer(Integer.MAX_VALUE - 8);
    buffer.encode(codec, entry);
    return buffer.copy();
  }

  /**
   * Returns the entry in the bytes of a record.
   *
   * @throws CodecException if they are no entry, or if there are more bytes than the entry has
   */
  public static <E> E fromBytes(Codec<E> codec, byte[] bytes) throws CodecException {
    return Decoding.decode(codec, ByteBuffer.wrap(bytes));
  }

  /**
   * Reads what {@link PayloadWriter#putVarLong} wrote.
   *
   * @throws CodecException if the bytes end before the number, or it has more than 64 bits
   */
  public static long varLong(ByteBuffer in) throws CodecException {
    var value = 0L;
    for (var shift = 0; shift < Long.SIZE; shift += 7) {
      if (!in.hasRemaining()) {
        throw new CodecException("the bytes end within a number");
      }
      var next = in.get();
      var bits = next & 0x7FL;
      if (shift == 63 && bits > 1) {
        throw new CodecException("a number of more than 64 bits");
      }
      value |= bits << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new CodecException("a number of more than 10 bytes");
  }

  /**
   * Reads what {@link PayloadWriter#putUtf8} wrote.
   *
   * @throws CodecException if the bytes end before the text, or are not UTF-8
   */
  public static String utf8(ByteBuffer in) throws CodecException {
    var length = varLong(in);
    if (length < 0 || length > in.remaining()) {
      throw new CodecException("a text of " + Long.toUnsignedString(length) + " bytes, but only " + in.remaining()
          + " are left");
    }
    var text = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return decoded(text);
  }

  /** Returns the UTF-8 bytes of a text. */
  static byte[] encoded(CharSequence text) throws CodecException {
    Objects.requireNonNull(text, "text");
    try {
      var bytes = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
          .encode(CharBuffer.wrap(text));
      var result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException e) {
      throw new CodecException("a text with half a surrogate pair", e);
    }
  }

  private static String decoded(ByteBuffer in) throws CodecException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
    } catch (CharacterCodingException e) {
      throw new CodecException("a text that is not UTF-8", e);
    }
  }
}
