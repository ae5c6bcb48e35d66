package dev.holdfast.internal.log;

import dev.holdfast.StreamNotFoundException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.stream.StreamContext;
import dev.holdfast.internal.stream.StreamHome;
import dev.holdfast.internal.stream.WritableStream;
import dev.holdfast.storage.DirectoryLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A log that is open for writing. */
final class WritableLog extends LogCore<WritableStream> {
  private final DirectoryLock lock;

  private WritableLog(LogHome home, WalOptions options, Surroundings surroundings, DirectoryLock lock) {
    super(home, options, surroundings);
    this.lock = lock;
  }

  static WritableLog open(LogHome home, WalOptions options, Surroundings surroundings) throws IOException {
    var lock = home.lockForWriting();
    try {
      home.createOrCheck(surroundings);
      home.removeLeftOvers();
      return new WritableLog(home, options, surroundings, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  WritableStream open(StreamHome streamHome, StreamContext streamContext) throws IOException {
    return WritableStream.open(streamHome, streamContext);
  }

  @Override
  public boolean deleteStream(String name) {
    Names.encode(name);
    structure.writeLock().lock();
    try {
      checkOpen();
      var existed = home.streams().exists(Names.encode(name));
      var opened = streams.remove(name);
      if (opened != null) {
        opened.stream().delete();
      } else {
        homeOfClosed(name).delete();
      }
      return existed;
    } catch (IOException e) {
      throw new WalIOException("cannot delete stream '" + name + "': " + e.getMessage(), e);
    } finally {
      structure.writeLock().unlock();
    }
  }

  private StreamHome homeOfClosed(String name) throws IOException {
    return new StreamHome(home.streams(), name, home.labelOf(name), openFiles, false);
  }

  @Override
  public void sync() {
    checkOpen();
    for (var opened : streams.values()) {
      try {
        opened.stream().sync();
      } catch (StreamNotFoundException e) {
        Log.debug("deleted meanwhile", e);
      }
    }
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
    var all = List.copyOf(streams.values());
    all.forEach(opened -> opened.stream().refuseAppends());
    for (var opened : all) {
      closeStream(opened.stream(), problems);
    }
  }

  private static void closeStream(WritableStream stream, List<RuntimeException> problems) {
    try {
      stream.close();
    } catch (RuntimeException e) { // whatever it is, the other streams and the lock must not stay open
      problems.add(e);
    }
  }

  private void unlock(List<RuntimeException> problems) {
    try {
      lock.close();
    } catch (IOException e) {
      problems.add(new WalIOException("cannot let go of the lock of " + home.label() + ": " + e.getMessage(), e));
    }
  }
}
