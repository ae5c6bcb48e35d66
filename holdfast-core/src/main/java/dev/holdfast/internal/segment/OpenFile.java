package dev.holdfast.internal.segment;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is opened when it is used and closed again when {@link OpenFiles} needs room. Between {@link #acquire}
 * and {@link #release} it stays open. Safe for use by many threads.
 *
 * @param <R> what opening gives
 */
public final class OpenFile<R extends Closeable> {
  private static final int CLOSED = -1;
  private static final int CLOSING = -2;

  /** Opens the file. */
  @FunctionalInterface
  public interface Opener<R> {
    /** Opens it. */
    R open() throws IOException;
  }

  private final OpenFiles owner;
  private final Opener<R> opener;
  private final BooleanSupplier cleaner;
  /**
   * Number of users, {@link #CLOSED} or {@link #CLOSING}. {@code resource} is written before the first use and read in
   * it.
   */
  private final AtomicInteger users = new AtomicInteger(CLOSED);
  private @Nullable R resource;
  private volatile long lastUse;
  private volatile boolean dirty;
  private volatile boolean retired;

  /** Creates it, closed, for a file that is never dirty. */
  public OpenFile(OpenFiles owner, Opener<R> opener) {
    this(owner, opener, () -> false);
  }

  /**
   * Creates it, closed.
   *
   * @param cleaner makes its bytes durable and says whether it did; must not wait for anybody
   */
  public OpenFile(OpenFiles owner, Opener<R> opener, BooleanSupplier cleaner) {
    this.owner = owner;
    this.opener = opener;
    this.cleaner = cleaner;
  }

  /** Returns the open file, which stays open until {@link #release()}. */
  @SuppressWarnings("ThreadPriorityCheck") // see the yield
  public R acquire() throws IOException {
    while (true) {
      var n = users.get();
      if (n == CLOSED) {
        var opened = admitAndOpen();
        if (opened != null) {
          return opened;
        }
      } else if (n == CLOSING) {
        Thread.yield(); // whoever closes it may be a virtual thread that needs this carrier
      } else if (users.compareAndSet(n, n + 1)) {
        used();
        return opened();
      }
    }
  }

  private @Nullable R admitAndOpen() throws IOException {
    owner.admit(this);
    R opened = null;
    try {
      opened = open();
      return opened;
    } finally {
      if (opened == null) {
        owner.dismiss(this);
      }
    }
  }

  /** Opens it, unless somebody else has: then null. Only here, under the monitor, is {@link #CLOSED} left. */
  private synchronized @Nullable R open() throws IOException {
    if (users.get() != CLOSED) {
      return null;
    }
    var opened = opener.open();
    begin(opened);
    return opened;
  }

  private void begin(R opened) {
    resource = opened;
    used();
    users.set(1);
  }

  private void used() {
    var now = owner.now();
    if (lastUse != now) {
      lastUse = now;
    }
  }

  /** Gives in a file that is open already, as its first user; for a file that has just been created. */
  public void adopt(R opened) {
    owner.admit(this);
    synchronized (this) {
      begin(opened);
    }
  }

  /** Ends a use. */
  public void release() throws IOException {
    if (users.decrementAndGet() == 0 && retired) {
      closeIfIdle();
    }
  }

  /** Notes whether it has bytes that are not durable; called while in use. */
  public void dirty(boolean now) {
    dirty = now;
  }

  /** Closes it as soon as nobody uses it; it may be opened again all the same. */
  public void retire() throws IOException {
    retired = true;
    closeIfIdle();
  }

  private void closeIfIdle() throws IOException {
    if (users.compareAndSet(0, CLOSING)) {
      try {
        closeNow();
      } finally {
        owner.dismiss(this);
      }
    }
  }

  /** Closes it if it is open, nobody uses it, and everything in it is durable; says whether it did. */
  boolean tryClose() throws IOException {
    if (!users.compareAndSet(0, CLOSING)) {
      return false;
    }
    if (dirty) {
      users.set(0);
      return false;
    }
    closeNow();
    return true;
  }

  private void closeNow() throws IOException {
    try {
      opened().close();
    } finally {
      resource = null;
      users.set(CLOSED);
    }
  }

  boolean clean() {
    return cleaner.getAsBoolean();
  }

  boolean isIdle() {
    return users.get() == 0;
  }

  boolean isDirty() {
    return dirty;
  }

  long lastUse() {
    return lastUse;
  }

  private R opened() {
    var opened = resource;
    if (opened == null) {
      throw new IllegalStateException("used while closed");
    }
    return opened;
  }
}
