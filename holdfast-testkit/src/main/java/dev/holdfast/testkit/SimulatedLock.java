package dev.holdfast.testkit;

import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import java.util.Optional;

/** A lock on a file of a simulated disk. It is gone with the disk: the next one knows of no locks. */
final class SimulatedLock implements DirectoryLock {
  private static final int EXCLUSIVELY = -1;

  private final SimulatedDisk disk;
  private final FileNode file;
  private boolean closed; // guarded by the lock of the disk

  private SimulatedLock(SimulatedDisk disk, FileNode file) {
    this.disk = disk;
    this.file = file;
  }

  static Optional<DirectoryLock> tryLock(SimulatedDisk disk, FileNode file, LockMode mode) {
    int holders = file.lockHolders();
    if (holders == EXCLUSIVELY || (mode == LockMode.EXCLUSIVE && holders > 0)) {
      return Optional.empty();
    }
    file.lockHolders(mode == LockMode.EXCLUSIVE ? EXCLUSIVELY : holders + 1);
    return Optional.of(new SimulatedLock(disk, file));
  }

  static boolean isExclusive(FileNode file) {
    return file.lockHolders() == EXCLUSIVELY;
  }

  @Override
  public boolean isHeld() {
    synchronized (disk.lock) {
      return !closed && !disk.isOff();
    }
  }

  @Override
  public void close() {
    synchronized (disk.lock) {
      if (!closed) {
        closed = true;
        file.lockHolders(isExclusive(file) ? 0 : file.lockHolders() - 1);
      }
    }
  }
}
