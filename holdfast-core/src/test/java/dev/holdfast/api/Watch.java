package dev.holdfast.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiPredicate;

/** What was done to a {@link WatchedDirectory}, and a hook that may delay it or make it fail. */
final class Watch {

  /** What can be done to a file or directory. */
  enum Op {
    LIST, CREATE, OPEN, READ, WRITE, FORCE, TRUNCATE, RENAME, DELETE, SYNC
  }

  /** Called before something is done; what it throws is thrown instead of doing it. */
  @FunctionalInterface
  interface Hook {
    void before(Op op, String path) throws IOException;
  }

  /** One thing done. */
  record Event(Op op, String path) {}

  /** A file, whatever it is called by now. */
  static final class FileState {
    private final Watch watch;
    private String path; // guarded by watch
    private long writes; // guarded by watch
    private long forced; // guarded by watch

    private FileState(Watch watch, String path) {
      this.watch = watch;
      this.path = path;
    }

    String path() {
      synchronized (watch) {
        return path;
      }
    }

    long writes() {
      synchronized (watch) {
        return writes;
      }
    }

    void written() {
      synchronized (watch) {
        writes++;
      }
    }

    void forced(long upTo) {
      synchronized (watch) {
        forced = Math.max(forced, upTo);
      }
    }
  }

  private final Map<String, FileState> files = new HashMap<>();
  private final Set<String> unsyncedNames = new TreeSet<>();
  private final List<Event> events = new ArrayList<>();
  private final List<String> closedDirty = new ArrayList<>();
  private int open;
  private int peak;
  private volatile Hook hook = (_, _) -> {};
  private final ReadWriteLock changing = new ReentrantReadWriteLock();

  /** Something that changes files or names. */
  @FunctionalInterface
  interface Change<T> {
    T run() throws IOException;
  }

  /** Does something that changes files or names. */
  <T> T change(Change<T> change) throws IOException {
    changing.readLock().lock();
    try {
      return change.run();
    } finally {
      changing.readLock().unlock();
    }
  }

  /** Does something while nothing changes. */
  <T> T frozen(Change<T> task) throws IOException {
    changing.writeLock().lock();
    try {
      return task.run();
    } finally {
      changing.writeLock().unlock();
    }
  }

  /** Has {@code newHook} called from now on. */
  void hook(Hook newHook) {
    hook = newHook;
  }

  void before(Op op, String path) throws IOException {
    synchronized (this) {
      events.add(new Event(op, path));
    }
    hook.before(op, path);
  }

  synchronized FileState fileAt(String path) {
    return files.computeIfAbsent(path, at -> new FileState(this, at));
  }

  synchronized void renamed(String from, String to) {
    for (var path : List.copyOf(files.keySet())) {
      if (path.equals(from) || path.startsWith(from + "/")) {
        var state = Objects.requireNonNull(files.remove(path));
        state.path = to + path.substring(from.length());
        files.put(state.path, state);
      }
    }
    unsyncedNames.remove(from + "/");
  }

  synchronized void removed(String path) {
    files.remove(path);
  }

  synchronized void nameChanged(String directory) {
    unsyncedNames.add(directory);
  }

  synchronized void namesSynced(String directory) {
    unsyncedNames.remove(directory);
  }

  synchronized void opened() {
    open++;
    peak = Math.max(peak, open);
  }

  synchronized void closed(FileState state) {
    open--;
    if (state.forced < state.writes && state.path.endsWith(".seg")) {
      closedDirty.add(state.path);
    }
  }

  /** Returns how many files are open now. */
  synchronized int openFiles() {
    return open;
  }

  /** Returns how many files have been open at most since the last call. */
  synchronized int takePeak() {
    var result = peak;
    peak = open;
    return result;
  }

  /** Returns the segments that have been written to since they were last synced. */
  synchronized List<String> unsyncedSegments() {
    return files.values().stream().filter(file -> file.forced < file.writes && file.path.endsWith(".seg"))
        .map(file -> file.path).sorted().toList();
  }

  /** Returns the directories whose names have changed since they were last synced. */
  synchronized Set<String> unsyncedNames() {
    return new TreeSet<>(unsyncedNames);
  }

  /** Returns the segments that were closed with unsynced bytes. */
  synchronized List<String> closedDirty() {
    return List.copyOf(closedDirty);
  }

  /** Forgets what was done so far. */
  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  synchronized void clear() {
    events.clear();
  }

  synchronized int count(BiPredicate<Op, String> which) {
    return (int) events.stream().filter(event -> which.test(event.op(), event.path())).count();
  }

  /** Returns how often a segment of a stream was synced since the last {@link #clear}. */
  int segmentSyncs(String stream) {
    return count((op, path) -> op == Op.FORCE && path.startsWith("streams/" + stream + "/") && path.endsWith(".seg"));
  }

  /** Returns how often anything at all was written since the last {@link #clear}. */
  int writes() {
    return count((op, _) -> op == Op.WRITE);
  }
}
