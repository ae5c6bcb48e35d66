package dev.holdfast.internal.log;

import dev.holdfast.WalLockedException;
import dev.holdfast.internal.format.ShardNames;
import dev.holdfast.storage.DirectoryLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The directories of a log: one; or, of a sharded log, one or several, over which its shards are spread. */
final class LogRoots {
  private final List<LogHome> homes;

  LogRoots(List<LogHome> homes) {
    this.homes = List.copyOf(homes);
  }

  static LogRoots one(LogHome home) {
    return new LogRoots(List.of(home));
  }

  List<LogHome> all() {
    return homes;
  }

  /** Returns the root that also has what there is only once: the streams of the system. */
  LogHome first() {
    return homes.getFirst();
  }

  /** Returns the root that a stream is in. With several roots there are only the streams of shards. */
  LogHome of(String stream) {
    return homes.size() == 1 ? first() : homes.get(ShardNames.shardOf(stream) % homes.size());
  }

  /** Returns what a stream is called in messages: with several roots it must be said in which. */
  String labelOf(String stream) {
    var home = of(stream);
    return homes.size() == 1 ? home.labelOf(stream) : home.label() + "/" + home.labelOf(stream);
  }

  /** Returns what the log is called in messages. */
  String label() {
    return homes.stream().map(LogHome::label).collect(Collectors.joining(", "));
  }

  /** Returns the names of the streams there are, sorted. */
  List<String> streamNames() throws IOException {
    var names = new ArrayList<String>();
    for (var home : homes) {
      names.addAll(home.streamNames());
    }
    return names.stream().sorted().toList();
  }

  /**
   * Takes the writer's lock of every root.
   *
   * @throws WalLockedException if somebody has one of them
   */
  Locks lockForWriting() throws IOException {
    var locks = new Locks();
    try {
      for (var home : homes) {
        locks.held.add(home.lockForWriting());
      }
      return locks;
    } catch (IOException | RuntimeException | Error e) {
      locks.close();
      throw e;
    }
  }

  /** Keeps writers from overwriting files under a reader. */
  Locks lockForReading() throws IOException {
    var locks = new Locks();
    try {
      for (var home : homes) {
        home.lockForReading().ifPresent(locks.held::add);
      }
      return locks;
    } catch (IOException | RuntimeException | Error e) {
      locks.close();
      throw e;
    }
  }

  /** Removes what creations and deletions of streams have left; called with the locks held. */
  void removeLeftOvers() throws IOException {
    for (var home : homes) {
      home.removeLeftOvers();
    }
  }

  /** Makes the names durable that an earlier process may have left in the page cache alone. */
  void syncNames() throws IOException {
    for (var home : homes) {
      home.syncNames();
    }
  }

  /** The locks of all roots. */
  static final class Locks implements AutoCloseable {
    private final List<DirectoryLock> held = new ArrayList<>();

    /** Lets go of all of them, whatever happens to one. */
    @Override
    public void close() throws IOException {
      Optional<IOException> failure = Optional.empty();
      for (var lock : held.reversed()) {
        try {
          lock.close();
        } catch (IOException e) {
          failure = failure.isPresent() ? failure : Optional.of(e);
        }
      }
      held.clear();
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
  }
}
