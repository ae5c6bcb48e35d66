package dev.holdfast;

import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Where a {@link Codec} writes an entry. Numbers are little-endian. It grows as needed up to
 * {@link WalOptions#maxRecordSize()}; what goes beyond throws {@link RecordTooLargeException}, which codecs let pass.
 * Valid during the call that it was given to, and for one thread.
 */
public interface PayloadWriter {

  /**
   * Appends {@code length} bytes, to be filled through the buffer returned until the next call of any method.
   *
   * @return a little-endian buffer of exactly these bytes, zero at first
   */
  ByteBuffer reserve(int length);

  /** Appends one byte. */
  PayloadWriter putByte(int value);

  /** Appends 4 bytes. */
  PayloadWriter putInt(int value);

  /** Appends 8 bytes. */
  PayloadWriter putLong(long value);

  /**
   * Appends 1 to 10 bytes: 7 bits each, the lowest first, all but the last with the highest bit set (LEB128, unsigned;
   * a negative number takes 10). {@link Codecs#varLong} reads it.
   */
  PayloadWriter putVarLong(long value);

  /**
   * Appends a text: the number of its UTF-8 bytes as {@link #putVarLong}, then these. {@link Codecs#utf8(ByteBuffer)}
   * reads it.
   *
   * @throws CodecException if the text has a surrogate without its other half
   */
  PayloadWriter putUtf8(CharSequence text) throws CodecException;

  /** Appends bytes. */
  PayloadWriter put(byte[] bytes);

  /** Appends {@code length} bytes of {@code source} from {@code offset} on. */
  PayloadWriter put(byte[] source, int offset, int length);

  /** Appends the remaining bytes of {@code source}, whose position is moved to its limit. */
  PayloadWriter put(ByteBuffer source);

  /** Returns the bytes appended so far. */
  int size();

  /** Returns a stream that appends to this; closing it does nothing. */
  OutputStream asOutputStream();
}
