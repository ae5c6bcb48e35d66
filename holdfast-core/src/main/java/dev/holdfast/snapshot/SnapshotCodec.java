package dev.holdfast.snapshot;

import dev.holdfast.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Writes application state into a snapshot, and reads it back, in one pass each: a state need not fit into memory
 * twice. The same state must give the same bytes.
 *
 * @param <S> the state
 */
public interface SnapshotCodec<S> {

  /**
   * Writes a state. Exceptions, of any kind, leave no snapshot.
   *
   * @param out buffered; closing it does nothing
   */
  void write(S state, OutputStream out) throws IOException;

  /**
   * Reads a state.
   *
   * @param in exactly the bytes that were written, each verified before it is delivered; all of them must be read
   * @throws IOException if they are no state; unchecked exceptions of malformed bytes are treated alike
   */
  S read(InputStream in) throws IOException;

  /** Returns a codec for states that fit into memory as one array of bytes. */
  static <S> SnapshotCodec<S> of(Codec<S> codec) {
    return new WholeStateCodec<>(codec);
  }
}
