package dev.holdfast;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Entries that begin with the number of the version that wrote them.
 *
 * @param <E> the entries, as they are today
 */
final class VersionedCodec<E> implements Codec<E> {
  private final int version;
  private final Codec<E> current;
  private final Map<Integer, Codecs.Decoder<E>> older;

  VersionedCodec(int version, Codec<E> current, Map<Integer, ? extends Codecs.Decoder<E>> older) {
    if (version < 0) {
      throw new IllegalArgumentException("version must be at least 0, not " + version);
    }
    this.version = version;
    this.current = Objects.requireNonNull(current, "current");
    this.older = new TreeMap<>(older);
    this.older.forEach((number, decoder) -> {
      Objects.requireNonNull(decoder, () -> "the decoder of version " + number);
      if (number < 0 || number >= version) {
        throw new IllegalArgumentException(
            "older must have versions from 0 to " + (version - 1) + ", not " + number);
      }
    });
  }

  @Override
  public void encode(E entry, PayloadWriter out) throws CodecException {
    out.putVarLong(version);
    current.encode(entry, out);
  }

  @Override
  public E decode(ByteBuffer in) throws CodecException {
    var found = Codecs.varLong(in);
    if (found == version) {
      return current.decode(in);
    }
    var decoder = found < 0 || found > version ? null : older.get((int) found);
    if (decoder == null) {
      var known = new TreeSet<>(older.keySet());
      known.add(version);
      throw new CodecException("an entry of version " + Long.toUnsignedString(found) + ", but those known are " + known
          + (found < 0 || found > version ? ": it was written by a newer program" : ""));
    }
    return decoder.decode(in);
  }
}
