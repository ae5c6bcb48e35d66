package dev.holdfast.testkit;

import java.util.NavigableSet;
import java.util.TreeSet;

/** The sectors of a file that cannot be read, until they are written. */
final class UnreadableSectors {
  static final int SECTOR = 512;

  private final NavigableSet<Long> sectors;

  UnreadableSectors() {
    this(new TreeSet<>());
  }

  private UnreadableSectors(NavigableSet<Long> sectors) {
    this.sectors = sectors;
  }

  UnreadableSectors copy() {
    return new UnreadableSectors(new TreeSet<>(sectors));
  }

  void add(long position, long length) {
    for (long sector = position / SECTOR; sector * SECTOR < position + length; sector++) {
      sectors.add(sector);
    }
  }

  /** Returns whether a read of these bytes fails. */
  boolean touch(long position, long length) {
    Long next = sectors.ceiling(position / SECTOR);
    return length > 0 && next != null && next * SECTOR < position + length;
  }

  /** The sectors that lie wholly within a write are stored elsewhere from now on. */
  void written(long position, long length) {
    if (!sectors.isEmpty()) {
      sectors.removeIf(sector -> sector * SECTOR >= position && (sector + 1) * SECTOR <= position + length);
    }
  }
}
