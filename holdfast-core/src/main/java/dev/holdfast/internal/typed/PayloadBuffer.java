package dev.holdfast.internal.typed;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.PayloadWriter;
import dev.holdfast.RecordTooLargeException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Memory that an entry is encoded into, used over and over. For one thread at a time. */
public final class PayloadBuffer implements PayloadWriter {
  private static final int FIRST_SIZE = 256;
  /** What is kept from one entry to the next is no larger. */
  private static final int KEPT = 1 << 20;
  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int limit;
  private byte[] bytes = new byte[FIRST_SIZE];
  private int size;

  /**
   * Creates one.
   *
   * @param limit the largest entry, in bytes
   */
  public PayloadBuffer(int limit) {
    this.limit = limit;
  }

  /**
   * Encodes an entry, in the place of what was in here.
   *
   * @throws RecordTooLargeException if it is over the limit
   * @throws CodecException if it cannot be encoded, however the codec fails
   */
  public <E> void encode(Codec<E> codec, E entry) throws CodecException {
    if (bytes.length > KEPT) {
      bytes = new byte[FIRST_SIZE];
    }
    size = 0;
    Objects.requireNonNull(entry, "entry");
    try {
      codec.encode(entry, this);
    } catch (RecordTooLargeException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new CodecException("the codec failed: " + e, e);
    }
  }

  /** Returns the memory, of which the first {@link #size()} bytes are the entry. */
  public byte[] array() {
    return bytes;
  }

  /** Returns a copy of the entry. */
  public byte[] copy() {
    return Arrays.copyOf(bytes, size);
  }

  @Override
  public int size() {
    return size;
  }

  /** Makes room for {@code length} more bytes; returns where they begin. */
  private int take(int length) {
    var end = (long) size + length;
    if (end > limit) {
      throw new RecordTooLargeException("an entry of more than " + limit + " bytes, the limit");
    }
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(end, 2L * bytes.length)));
    }
    var at = size;
    size = (int) end;
    return at;
  }

  @Override
  public ByteBuffer reserve(int length) {
    if (length < 0) {
      throw new IllegalArgumentException("length must be at least 0, not " + length);
    }
    var at = take(length);
    Arrays.fill(bytes, at, size, (byte) 0);
    return ByteBuffer.wrap(bytes, at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public PayloadWriter putByte(int value) {
    var at = take(1); // first: it may replace the array
    bytes[at] = (byte) value;
    return this;
  }

  @Override
  public PayloadWriter putInt(int value) {
    var at = take(Integer.BYTES);
    INT.set(bytes, at, value);
    return this;
  }

  @Override
  public PayloadWriter putLong(long value) {
    var at = take(Long.BYTES);
    LONG.set(bytes, at, value);
    return this;
  }

  @Override
  public PayloadWriter putVarLong(long value) {
    var rest = value;
    while ((rest & ~0x7FL) != 0) {
      putByte((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    return putByte((int) rest);
  }

  @Override
  public PayloadWriter putUtf8(CharSequence text) throws CodecException {
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      return putVarLong(encoded.remaining()).put(encoded);
    } catch (CharacterCodingException e) {
      throw new CodecException("a text with half a surrogate pair", e);
    }
  }

  @Override
  public PayloadWriter put(byte[] source) {
    return put(source, 0, source.length);
  }

  @Override
  public PayloadWriter put(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    var at = take(length);
    System.arraycopy(source, offset, bytes, at, length);
    return this;
  }

  @Override
  public PayloadWriter put(ByteBuffer source) {
    var length = source.remaining();
    var at = take(length);
    source.get(bytes, at, length);
    return this;
  }

  @Override
  public OutputStream asOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) {
        putByte(value);
      }

      @Override
      public void write(byte[] source, int offset, int length) {
        put(source, offset, length);
      }
    };
  }
}
