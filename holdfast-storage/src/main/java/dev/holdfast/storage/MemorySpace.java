package dev.holdfast.storage;

/** The room that the files of one tree in memory share. Safe for use by many threads. */
final class MemorySpace {
  private long capacity; // guarded by this; in bytes
  private long used; // guarded by this; in bytes

  MemorySpace(long capacity) {
    this.capacity = requireCapacity(capacity);
  }

  synchronized void capacity(long bytes) {
    capacity = requireCapacity(bytes);
  }

  synchronized long used() {
    return used;
  }

  synchronized void reserve(long bytes, String name) throws OutOfSpaceException {
    if (bytes > capacity - used) {
      throw new OutOfSpaceException(
          name + ": no space for " + bytes + " more bytes, " + used + " of " + capacity + " are used");
    }
    used += bytes;
  }

  synchronized void release(long bytes) {
    used -= bytes;
  }

  private static long requireCapacity(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("capacity must not be negative: " + bytes);
    }
    return bytes;
  }
}
