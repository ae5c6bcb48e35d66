package dev.holdfast.internal.log;

import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.stream.ReadOnlyStream;
import dev.holdfast.internal.stream.StreamContext;
import dev.holdfast.internal.stream.StreamHome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A log that is open for reading. */
final class ReadOnlyLog extends LogCore<ReadOnlyStream> {
  private final LogRoots.Locks locks;
  private final AtomicBoolean closing = new AtomicBoolean();

  private ReadOnlyLog(LogRoots roots, WalOptions options, LogRoots.Locks locks) {
    super(roots, options, Surroundings.SYSTEM);
    this.locks = locks;
  }

  /** Opens a log of one root, or one root of a sharded log: what is in it can be read without the others. */
  static ReadOnlyLog open(LogHome home, WalOptions options) throws IOException {
    var _ = home.checkReadable();
    return open(LogRoots.one(home), options);
  }

  /** Opens a log whose roots have been looked at. */
  static ReadOnlyLog open(LogRoots roots, WalOptions options) throws IOException {
    return new ReadOnlyLog(roots, options, roots.lockForReading());
  }

  @Override
  ReadOnlyStream open(StreamHome streamHome, StreamContext streamContext) throws IOException {
    return ReadOnlyStream.open(streamHome, streamContext, roots.first()::hasWriter);
  }

  @Override
  void prepare(String name) {
    // a reader changes nothing
  }

  @Override
  void awaitNames() {
    // a reader changes nothing
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
    var problems = new ArrayList<IOException>();
    for (var stream : openStreams()) {
      run(stream::close, problems);
    }
    background.close();
    reaper.close();
    run(locks::close, problems);
    if (!problems.isEmpty()) {
      var first = problems.removeFirst();
      problems.forEach(first::addSuppressed);
      throw new WalIOException("cannot close the log in " + roots.label() + ": " + first.getMessage(), first);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Whatever comes of it, the rest must not stay open. */
  private static void run(Step step, List<IOException> problems) {
    try {
      step.run();
    } catch (IOException e) {
      problems.add(e);
    }
  }
}
