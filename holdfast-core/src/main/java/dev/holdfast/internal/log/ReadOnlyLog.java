package dev.holdfast.internal.log;

import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.stream.ReadOnlyStream;
import dev.holdfast.internal.stream.StreamContext;
import dev.holdfast.internal.stream.StreamHome;
import dev.holdfast.storage.DirectoryLock;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A log that is open for reading. */
final class ReadOnlyLog extends LogCore<ReadOnlyStream> {
  private final Optional<DirectoryLock> lock;
  private final AtomicBoolean closing = new AtomicBoolean();

  private ReadOnlyLog(LogHome home, WalOptions options, Optional<DirectoryLock> lock) {
    super(home, options, Surroundings.SYSTEM);
    this.lock = lock;
  }

  static ReadOnlyLog open(LogHome home, WalOptions options) throws IOException {
    home.check();
    return new ReadOnlyLog(home, options, home.lockForReading());
  }

  @Override
  ReadOnlyStream open(StreamHome streamHome, StreamContext streamContext) throws IOException {
    return ReadOnlyStream.open(streamHome, streamContext, home::hasWriter);
  }

  @Override
  public boolean deleteStream(String name) {
    throw new UnsupportedOperationException("deleteStream: the log is open for reading only");
  }

  @Override
  public void sync() {
    throw new UnsupportedOperationException("sync: the log is open for reading only");
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    closed = true;
    try {
      for (var opened : streams.values()) {
        opened.stream().close();
      }
      background.close();
      reaper.close();
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw new WalIOException("cannot close the log in " + home.label() + ": " + e.getMessage(), e);
    }
  }
}
