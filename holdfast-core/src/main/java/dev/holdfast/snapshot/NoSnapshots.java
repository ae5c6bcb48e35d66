package dev.holdfast.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The codec of a state that has no snapshots.
 *
 * @param <S> the state
 */
final class NoSnapshots<S> implements SnapshotCodec<S> {

  @Override
  public void write(S state, OutputStream out) throws IOException {
    throw new IOException("this state was opened without snapshots");
  }

  @Override
  public S read(InputStream in) throws IOException {
    throw new IOException("there is a snapshot, but the state was opened without snapshots");
  }
}
