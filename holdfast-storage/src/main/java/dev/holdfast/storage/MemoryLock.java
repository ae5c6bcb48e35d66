package dev.holdfast.storage;

import java.util.Optional;

/** A lock on a file in memory. */
final class MemoryLock implements DirectoryLock {

  private final Holders holders;
  private final LockMode mode;
  private boolean closed; // guarded by holders

  private MemoryLock(Holders holders, LockMode mode) {
    this.holders = holders;
    this.mode = mode;
  }

  @Override
  public boolean isHeld() {
    synchronized (holders) {
      return !closed;
    }
  }

  @Override
  public void close() {
    synchronized (holders) {
      if (!closed) {
        closed = true;
        holders.count -= mode == LockMode.SHARED ? 1 : Holders.EXCLUSIVE;
      }
    }
  }

  /** Who holds the lock on one name. */
  static final class Holders {
    private static final int EXCLUSIVE = -1;

    private int count; // guarded by this

    synchronized Optional<DirectoryLock> tryLock(LockMode mode) {
      if (count == EXCLUSIVE || (mode == LockMode.EXCLUSIVE && count > 0)) {
        return Optional.empty();
      }
      count += mode == LockMode.SHARED ? 1 : EXCLUSIVE;
      return Optional.of(new MemoryLock(this, mode));
    }

    synchronized boolean isExclusive() {
      return count == EXCLUSIVE;
    }
  }
}
