package dev.holdfast.internal.log;

import dev.holdfast.StreamNotFoundException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.stream.StreamContext;
import dev.holdfast.internal.stream.StreamHome;
import dev.holdfast.internal.stream.WritableStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that is open for writing. */
final class WritableLog extends LogCore<WritableStream> {
  private final LogRoots.Locks locks;

  private WritableLog(LogRoots roots, WalOptions options, Surroundings surroundings, LogRoots.Locks locks) {
    super(roots, options, surroundings);
    this.locks = locks;
  }

  /** Creates what is missing of a log, or checks what there is; called with the locks held. */
  interface Preparation {
    void run() throws IOException;
  }

  static WritableLog open(LogRoots roots, WalOptions options, Surroundings surroundings, Preparation preparation)
      throws IOException {
    var locks = roots.lockForWriting();
    try {
      preparation.run();
      roots.removeLeftOvers();
      var log = new WritableLog(roots, options, surroundings, locks);
      log.context.names().begin(log.background);
      return log;
    } catch (IOException | RuntimeException | Error e) {
      locks.close();
      throw e;
    }
  }

  @Override
  WritableStream open(StreamHome streamHome, StreamContext streamContext) throws IOException {
    return WritableStream.open(streamHome, streamContext);
  }

  /** One that is created again must not find the snapshots of the former one, whose deletion failed half-way. */
  @Override
  void prepare(String name) throws IOException {
    roots.of(name).finishDeletingSnapshotsOf(name);
  }

  @Override
  public boolean deleteStream(String name) {
    Names.encode(name);
    var publishing = LogParts.snapshotLock(this, name); // before the other, as whoever publishes takes them
    publishing.lock();
    structure.writeLock().lock();
    try {
      checkOpen();
      var home = roots.of(name);
      var existed = home.streams().exists(Names.encode(name));
      var hasSnapshots = home.beginDeletingSnapshotsOf(name);
      var opened = streams.remove(name);
      if (opened != null) {
        opened.stream().delete();
      } else {
        homeOf(name).delete();
      }
      if (hasSnapshots) {
        home.deleteSnapshotsOf(name);
      }
      return existed;
    } catch (IOException e) {
      throw new WalIOException("cannot delete stream '" + name + "': " + e.getMessage(), e);
    } finally {
      structure.writeLock().unlock();
      publishing.unlock();
    }
  }

  @Override
  public void sync() {
    checkOpen();
    InParallel.map(openStreams(), atOnce(), stream -> {
      try {
        stream.sync();
      } catch (StreamNotFoundException e) {
        Log.debug("deleted meanwhile", e);
      }
      return true;
    });
  }

  /** Each of them may have to open a file or two, beyond those that may be open. */
  private int atOnce() {
    return Math.clamp(options.maxOpenSegments() / 2, 1, InParallel.MAX_THREADS);
  }

  @Override
  public void close() {
    structure.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      var problems = new ArrayList<RuntimeException>();
      try {
        closeStreams(problems);
      } finally {
        awaitNames(problems);
        background.close();
        reaper.close();
        unlock(problems);
      }
      if (!problems.isEmpty()) {
        var first = problems.removeFirst();
        problems.forEach(first::addSuppressed);
        throw first;
      }
    } finally {
      structure.writeLock().unlock();
    }
  }

  private void closeStreams(List<RuntimeException> problems) {
    var all = openStreams();
    all.forEach(WritableStream::refuseAppends);
    for (var problem : InParallel.map(all, atOnce(), WritableLog::closeStream)) {
      problem.ifPresent(problems::add);
    }
  }

  private static Optional<RuntimeException> closeStream(WritableStream stream) {
    try {
      stream.close();
      return Optional.empty();
    } catch (RuntimeException e) { // whatever it is, the other streams and the lock must not stay open
      return Optional.of(e);
    }
  }

  @Override
  void awaitNames() throws IOException {
    context.names().awaitDurable();
  }

  private void awaitNames(List<RuntimeException> problems) {
    try {
      awaitNames();
    } catch (IOException e) {
      problems.add(new WalIOException(roots.label() + ": " + e.getMessage(), e));
    }
  }

  private void unlock(List<RuntimeException> problems) {
    try {
      locks.close();
    } catch (IOException e) {
      problems.add(new WalIOException("cannot let go of the lock of " + roots.label() + ": " + e.getMessage(), e));
    }
  }
}
