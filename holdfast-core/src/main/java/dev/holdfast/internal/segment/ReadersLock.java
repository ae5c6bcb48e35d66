package dev.holdfast.internal.segment;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether anybody has a log open for reading only: such readers open files whenever they like, so no file of theirs may
 * become something else. Shared by the streams of one root; safe for use by many threads.
 */
public final class ReadersLock {
  private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long JOINED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Directory root;
  private final String file;
  private int users; // guarded by this
  private long heldSince; // guarded by this
  private boolean refused; // guarded by this
  private long refusedAt; // guarded by this
  private @Nullable DirectoryLock lock; // guarded by this

  /** Creates it; {@code file} is what readers hold. */
  public ReadersLock(Directory root, String file) {
    this.root = root;
    this.file = file;
  }

  /**
   * Keeps readers from opening the log until {@link #letIn()}, if there are none: else false. It may take 200 ms to
   * find that there are, which is then believed for a second. False also if others have kept them out for a while: so
   * many in a row do not keep them out for ever.
   */
  public synchronized boolean keepOut() {
    var now = System.nanoTime();
    if (users == 0 && refused && now - refusedAt < REFUSED_NANOS) {
      return false;
    }
    if (users > 0 && now - heldSince > JOINED_NANOS) {
      return false;
    }
    if (users == 0) {
      heldSince = now;
      try { // where the file is missing, readers hold nothing
        lock = root.exists(file) ? root.tryLock(file, LockMode.EXCLUSIVE).orElse(null) : null;
      } catch (IOException | UnsupportedOperationException e) {
        Log.debug("whether somebody reads the log is not known", e);
        lock = null;
      }
      refused = lock == null;
      refusedAt = System.nanoTime();
    }
    if (lock == null) {
      return false;
    }
    users++;
    return true;
  }

  /** Lets readers in again; once for each time they were kept out. */
  public synchronized void letIn() {
    var held = lock;
    if (--users == 0 && held != null) {
      lock = null;
      try {
        held.close();
      } catch (IOException e) {
        Log.warning("the lock that keeps readers out may still be held", e);
      }
    }
  }
}
