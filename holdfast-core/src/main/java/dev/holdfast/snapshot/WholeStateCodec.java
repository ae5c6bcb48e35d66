package dev.holdfast.snapshot;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A state that is one array of bytes.
 *
 * @param codec the codec of the state
 * @param <S> the state
 */
record WholeStateCodec<S>(Codec<S> codec) implements SnapshotCodec<S> {

  @Override
  public void write(S state, OutputStream out) throws IOException {
    try {
      out.write(Codecs.toBytes(codec, state));
    } catch (CodecException e) {
      throw new IOException("the state cannot be encoded: " + e.getMessage(), e);
    }
  }

  @Override
  public S read(InputStream in) throws IOException {
    try {
      return Codecs.fromBytes(codec, in.readAllBytes());
    } catch (CodecException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
