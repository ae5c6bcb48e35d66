package dev.holdfast.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What has been tried so far. Safe for use by many threads. */
final class CrashCounts {
  final AtomicLong operations = new AtomicLong();
  final AtomicLong crashStates = new AtomicLong();
  final AtomicLong checks = new AtomicLong();
  final AtomicLong nestedCrashes = new AtomicLong();
  private final Set<Long> images = ConcurrentHashMap.newKeySet(); // hashes of 64 bits of their content
  private final Set<Long> checked = ConcurrentHashMap.newKeySet(); // the same with what was promised

  /** Returns whether an image of this content has not been found yet after this outage with these promises. */
  boolean isNew(long contentHash, Outage outage, int promisedHash) {
    crashStates.incrementAndGet();
    images.add(contentHash);
    long key = Pages.mix(Pages.mix(contentHash, outage.name().hashCode()), promisedHash);
    boolean isNew = checked.add(key);
    if (isNew) {
      checks.incrementAndGet();
    }
    return isNew;
  }

  long distinctImages() {
    return images.size();
  }
}
