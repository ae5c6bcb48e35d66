package dev.holdfast.internal.segment;

import dev.holdfast.internal.logging.Log;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files that a log keeps open or mapped, over all its streams: when one more is to be opened at the limit, one that
 * has been idle for longest is closed, times being told apart by the files opened in between. Files in use are never
 * closed, so the limit is exceeded by what threads use at one moment.
 *
 * <p>
 * A file with bytes that are not durable must not be closed (its error would be lost): its owner is asked to sync it
 * first, and if that is not possible right now another file is taken. One thread at a time does that, for whoever needs
 * room; the others wait for it, else they would open files without bound while a slow disk syncs. It never waits for
 * them: an owner that is busy says no. If nobody can be synced, the limit is exceeded.
 */
public final class OpenFiles {
  private final int limit;
  private final Reaper reaper;
  private final List<OpenFile<?>> open = new ArrayList<>(); // guarded by this
  private volatile long openings; // guarded by this for writing
  private @Nullable Thread cleaner; // guarded by this: at most one thread syncs on behalf of another stream

  /** Creates the set for at most {@code limit} files. */
  public OpenFiles(int limit, Reaper reaper) {
    this.limit = limit;
    this.reaper = reaper;
  }

  /** Returns how many files are open now. */
  public synchronized int count() {
    return open.size();
  }

  Reaper reaper() {
    return reaper;
  }

  /**
   * Returns the time of a use, counted in files opened: uses between two openings are not told apart, so that a use
   * need not write to what all threads share.
   */
  long now() {
    return openings;
  }

  synchronized void dismiss(OpenFile<?> file) {
    open.remove(file);
  }

  /**
   * Counts {@code file} as open, closing others first if there are too many. Called without the monitor of a file,
   * which whoever syncs may need.
   */
  void admit(OpenFile<?> file) {
    var refused = new HashSet<OpenFile<?>>();
    while (true) {
      OpenFile<?> victim;
      synchronized (this) {
        if (!Thread.currentThread().equals(cleaner)) { // else it is what an owner needs for syncing
          awaitCleaner();
        }
        openings++;
        if (open.size() < limit || cleaner != null) {
          open.add(file);
          return;
        }
        victim = leastRecentlyUsed(false, refused);
        if (victim != null) {
          closeQuietly(victim);
          continue;
        }
        victim = leastRecentlyUsed(true, refused);
        if (victim == null) {
          open.add(file);
          return;
        }
        cleaner = Thread.currentThread();
      }
      try {
        if (!victim.clean() || victim.isDirty()) {
          refused.add(victim);
        }
      } finally {
        synchronized (this) {
          cleaner = null;
          notifyAll();
        }
      }
    }
  }

  /** Waits until nobody syncs on behalf of another stream; an interrupt is kept for later. */
  private synchronized void awaitCleaner() {
    var interrupted = false;
    while (cleaner != null && open.size() >= limit) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes a file of somebody who has nothing to do with whoever needs room, and so is not told. */
  private void closeQuietly(OpenFile<?> victim) {
    try {
      if (victim.tryClose()) {
        open.remove(victim);
      }
    } catch (IOException e) {
      open.remove(victim);
      Log.warning("closing a file failed; everything in it was durable", e);
    }
  }

  private @Nullable OpenFile<?> leastRecentlyUsed(boolean dirty, Set<OpenFile<?>> except) {
    OpenFile<?> oldest = null;
    for (var file : open) {
      if (file.isIdle() && file.isDirty() == dirty && !except.contains(file)
          && (oldest == null || file.lastUse() < oldest.lastUse())) {
        oldest = file;
      }
    }
    return oldest;
  }
}
