package dev.holdfast.internal.segment;

import java.nio.file.NoSuchFileException;

/**
 * Who in this process has a segment's file open: all views of the segment share one. When nobody has, it can be ended;
 * then the file may become something else, and the segment is gone for whoever comes later. Safe for use by many
 * threads.
 */
final class FileLease {
  private final SegmentFiles files;
  private final String name;
  private int holders; // guarded by this
  private boolean ended; // guarded by this

  FileLease(SegmentFiles files, String name) {
    this.files = files;
    this.name = name;
  }

  /** Notes that somebody opens the file. */
  synchronized void enter() throws NoSuchFileException {
    if (ended) {
      throw new NoSuchFileException(files.labelOf(name), null, "the segment has been truncated");
    }
    holders++;
  }

  /** Notes that somebody has closed it. */
  synchronized void leave() {
    holders--;
  }

  /** Ends it if nobody has the file open; says whether it did. */
  synchronized boolean end() {
    ended = ended || holders == 0;
    return holders == 0;
  }
}
