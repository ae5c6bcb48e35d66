package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Files that an earlier process was preparing and nobody needs, deleted behind the opening: to free one of 64 MiB takes
 * longer than all the rest that opening does besides scanning. Before another file is prepared they must be gone, it
 * might get the same name; and before the log's lock is let go, or they might be deleted under the next writer. Used by
 * the stream's leader only.
 */
final class LeftOvers {
  private final Directory directory;
  private final CompletableFuture<Boolean> tried = new CompletableFuture<>();
  private List<String> names;

  private LeftOvers(Directory directory, List<String> names) {
    this.directory = directory;
    this.names = names;
  }

  /** Begins to delete files. */
  static LeftOvers delete(Directory directory, List<String> names, Executor executor) {
    var leftOvers = new LeftOvers(directory, List.copyOf(names));
    if (names.isEmpty()) {
      leftOvers.tried.complete(true);
      return leftOvers;
    }
    try {
      executor.execute(leftOvers::tryToDelete);
    } catch (RuntimeException | Error e) { // no thread can be started
      Log.warning("files that an earlier process left are deleted by whoever appends first", e);
      leftOvers.tried.complete(false);
    }
    return leftOvers;
  }

  private void tryToDelete() {
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
    if (!tried.join() && !names.isEmpty()) {
      deleteAll();
      names = List.of();
    }
  }

  /** Returns when nothing is being deleted any more. */
  void await() {
    var _ = tried.join();
  }
}
