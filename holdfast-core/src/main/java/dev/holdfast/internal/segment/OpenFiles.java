package dev.holdfast.internal.segment;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The files that a log keeps open or mapped, over all its streams: when one more is to be opened at the limit, the one
 * idle for longest is closed. Files in use are never closed, so the limit is exceeded by what threads use at one
 * moment, and no thread ever waits for another here.
 *
 * <p>
 * A file with bytes that are not durable must not be closed (its error would be lost): its owner is asked to sync it
 * first, and if that is not possible right now another file is taken, or the limit exceeded.
 */
public final class OpenFiles {
  private static final System.Logger LOG = System.getLogger("dev.holdfast");

  private final int limit;
  private final Reaper reaper;
  private final AtomicLong clock = new AtomicLong();
  private final List<OpenFile<?>> open = new ArrayList<>(); // guarded by this
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

  long tick() {
    return clock.incrementAndGet();
  }

  /** Counts {@code file} as open, closing others if there are too many. */
  void admit(OpenFile<?> file) throws IOException {
    makeRoom();
    synchronized (this) {
      open.add(file);
    }
  }

  synchronized void dismiss(OpenFile<?> file) {
    open.remove(file);
  }

  private void makeRoom() throws IOException {
    while (true) {
      OpenFile<?> victim;
      synchronized (this) {
        if (open.size() < limit) {
          return;
        }
        victim = leastRecentlyUsed(false);
        if (victim != null) {
          closeQuietly(victim);
          continue;
        }
        victim = leastRecentlyUsed(true);
        if (victim == null || cleaner != null) {
          return;
        }
        cleaner = Thread.currentThread();
      }
      try {
        if (!victim.clean() || victim.isDirty()) {
          return;
        }
      } finally {
        synchronized (this) {
          cleaner = null;
        }
      }
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
      LOG.log(Level.WARNING, "closing a file failed; everything in it was durable", e);
    }
  }

  private @Nullable OpenFile<?> leastRecentlyUsed(boolean dirty) {
    OpenFile<?> oldest = null;
    for (var file : open) {
      if (file.isIdle() && file.isDirty() == dirty && (oldest == null || file.lastUse() < oldest.lastUse())) {
        oldest = file;
      }
    }
    return oldest;
  }
}
