package dev.holdfast;

import java.nio.ByteBuffer;

/**
 * Turns entries into the bytes of records, and back. Called by many threads at once, outside of the log's locks. What
 * it writes must not depend on anything but the entry: the same entry gives the same bytes.
 *
 * <p>
 * Ready ones are in {@link Codecs}; for Java records and sealed types, and for Protocol Buffers, there are modules of
 * their own.
 *
 * @param <E> the entries
 */
public interface Codec<E> {

  /**
   * Writes an entry. If this throws, nothing is appended.
   *
   * @throws CodecException if the entry cannot be encoded
   */
  void encode(E entry, PayloadWriter out) throws CodecException;

  /**
   * Reads an entry.
   *
   * @param in exactly the bytes of one entry, read-only, little-endian; all of them must be consumed, and the buffer
   *   must not be kept
   * @throws CodecException if they are no entry; unchecked exceptions of malformed bytes are treated alike
   */
  E decode(ByteBuffer in) throws CodecException;
}
