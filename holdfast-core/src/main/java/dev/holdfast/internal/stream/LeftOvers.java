package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Files that an earlier process was preparing and nobody needs, deleted behind the opening: to free one of 64 MiB takes
 * longer than all the rest that opening does besides scanning. Not even a thread is started for that before the opening
 * is over, as starting one waits for it to run, and it may run on the same processor. Before another file is prepared
 * they must be gone, it might get the same name; and before the log's lock is let go, or they might be deleted under
 * the next writer. Used by the stream's leader, and by the thread that deletes.
 */
final class LeftOvers implements Runnable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Directory directory;
  private final Executor executor;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Boolean> tried = new CompletableFuture<>();
  private List<String> names;

  private LeftOvers(Directory directory, List<String> names, Executor executor) {
    this.directory = directory;
    this.executor = executor;
    this.names = names;
  }

  /** Has files deleted in a moment, unless whoever needs that does it before. */
  static LeftOvers delete(Directory directory, List<String> names, Background background) {
    var leftOvers = new LeftOvers(directory, List.copyOf(names), background.maintenance());
    if (!names.isEmpty()) {
      try {
        background.after(PAUSE_NANOS, leftOvers);
      } catch (RuntimeException | Error e) { // no thread can be started
        Log.warning("files that an earlier process left are deleted by whoever appends first", e);
      }
    }
    return leftOvers;
  }

  /** Has them deleted. No lambda: linking one takes longer than the opening that waits for it. */
  @Override
  public void run() {
    if (begun.get()) {
      return; // it may be long ago, and the log be closed
    }
    try {
      executor.execute(this::tryToDelete);
    } catch (RuntimeException | Error e) { // no thread can be started, or the log is being closed
      Log.debug("files that an earlier process left are deleted by whoever appends first, or closes the log", e);
    }
  }

  private void tryToDelete() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    try {
      deleteAll();
      tried.complete(true);
    } catch (IOException | RuntimeException e) {
      Log.debug("a file that an earlier process left could not be deleted; tried again with the first append", e);
    } finally {
      tried.complete(false);
    }
  }

  private void deleteAll() throws IOException {
    for (var name : names) {
      try {
        directory.delete(name);
      } catch (NoSuchFileException e) {
        Log.debug("deleted before, by an attempt that failed with another one", e);
      }
    }
  }

  /** Returns when they are gone. */
  void finish() throws IOException {
    tryToDelete();
    if (!tried.join() && !names.isEmpty()) {
      deleteAll();
      names = List.of();
    }
  }

  /** Returns when nothing is being deleted any more; what could not be, the next opening deletes. */
  void await() {
    tryToDelete();
    var _ = tried.join();
  }
}
