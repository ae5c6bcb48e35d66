package dev.holdfast.internal.typed;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads entries from bytes that nobody vouches for. */
public final class Decoding {
  private Decoding() {}

  /**
   * Reads an entry that takes all of the bytes.
   *
   * @throws CodecException if they are no entry, whatever the codec makes of them
   */
  public static <E> E decode(Codec<E> codec, ByteBuffer bytes) throws CodecException {
    var in = bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    E entry;
    try {
      entry = codec.decode(in);
    } catch (RuntimeException | StackOverflowError e) {
      throw new CodecException("the codec failed: " + e, e);
    }
    if (in.hasRemaining()) {
      throw new CodecException(in.remaining() + " of " + bytes.remaining() + " bytes are left behind the entry");
    }
    return entry;
  }
}
