package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The names that lead to the streams of a log, as opening has found them: an earlier process may have left them in the
 * page cache alone. They are made durable behind the opening, by a thread of the log or by whoever needs it first; no
 * stream is created, and nothing becomes durable by a sync of this process, before that. If it fails nothing ever does.
 * Safe for use by many threads.
 */
public final class FoundNames {
  private final Sync sync;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Boolean> durable = new CompletableFuture<>();

  /** Makes them durable. */
  @FunctionalInterface
  public interface Sync {
    void run() throws IOException;
  }

  /** Creates it; nothing is synced yet. */
  public FoundNames(Sync sync) {
    this.sync = sync;
  }

  /** Has a thread of the log make them durable, unless somebody needs it before. */
  public void begin(Background background) {
    try {
      background.after(0, this::run);
    } catch (RuntimeException | Error e) { // no thread can be started
      Log.warning("the names of a log are synced by whoever needs it first", e);
    }
  }

  private void run() {
    if (begun.compareAndSet(false, true)) {
      try {
        sync.run();
        durable.complete(true);
      } catch (Throwable e) { // whoever waits must be told
        durable.completeExceptionally(e);
      }
    }
  }

  /**
   * Returns when they are durable.
   *
   * @throws IOException if they could not be made so; each time
   */
  public void awaitDurable() throws IOException {
    if (durable.state() == Future.State.SUCCESS) {
      return;
    }
    run();
    try {
      durable.join(); // whether this thread is interrupted or not
    } catch (CompletionException e) {
      var cause = e.getCause();
      throw new IOException("the names that lead to the log could not be made durable: "
          + (cause instanceof IOException ? cause.getMessage() : cause), cause);
    }
  }
}
