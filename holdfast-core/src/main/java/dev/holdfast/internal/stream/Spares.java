package dev.holdfast.internal.stream;

import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.Spare;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The files of truncated segments that a stream keeps, to become its next ones. Used by the stream's leader only. */
final class Spares {
  /** How many a stream keeps at most. */
  static final int MOST = 2;

  private final SpareLimits limits;
  private final FailStop failStop;
  private final Deque<Spare> kept = new ArrayDeque<>();

  Spares(SpareLimits limits, FailStop failStop) {
    this.limits = limits;
    this.failStop = failStop;
  }

  /**
   * Keeps the file of a segment that has been truncated, under another name, if it will do for a segment of this size
   * and there are not enough: else false, and the file is still there. No reader of another process may have it, or
   * come meanwhile.
   */
  boolean keep(Segment segment, String name, long size) {
    if (kept.size() == MOST || failStop.hasFailed() || !limits.tryKeep()) {
      return false;
    }
    Spare spare = null;
    try {
      spare = segment.recycle(name, size / 2, size);
    } catch (IOException | WalException e) { // whoever deletes it finds out whether that is worth telling
      Log.debug("a segment is not recycled", e);
    } finally {
      if (spare == null) {
        limits.release();
      }
    }
    return spare != null && kept.add(spare);
  }

  /** Returns a file that can become a segment of this size, or null. Deletes those that cannot. */
  @Nullable
  Spare take(SegmentFiles files, long size) {
    var spare = poll();
    while (spare != null && (spare.size() > size || spare.size() < size / 2)) {
      delete(files, spare);
      spare = poll();
    }
    return spare;
  }

  /** Deletes the files that were kept. */
  void giveBack(SegmentFiles files) {
    for (var spare = poll(); spare != null; spare = poll()) {
      delete(files, spare);
    }
  }

  private @Nullable Spare poll() {
    var spare = kept.poll();
    if (spare != null) {
      limits.release();
    }
    return spare;
  }

  /** Deletes one. What cannot be deleted is a left-over, which the next opening deletes. */
  static void delete(SegmentFiles files, Spare spare) {
    try {
      files.directory().delete(spare.name());
    } catch (IOException e) {
      Log.debug("a file of a truncated segment is left over", e);
    }
  }
}
