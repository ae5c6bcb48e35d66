package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.PreparedSegment;
import dev.holdfast.internal.segment.SegmentFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The file that is to become the next segment, prepared ahead of need and off the appending thread. Used by the
 * stream's leader only; never outlives an epoch.
 */
final class Successor {
  private static final long PAGE = 4096;
  static final int GROWTH = 4;

  private final StreamContext context;
  private @Nullable CompletableFuture<PreparedSegment> pending;
  private int made;

  Successor(StreamContext context) {
    this.context = context;
  }

  /**
   * Returns the size of the segment after one of {@code lastSize} bytes: larger, up to the limit, or what a large frame
   * needs.
   */
  long sizeFor(long lastSize, long frameSize) {
    var usual = Math.min(context.options().maxSegmentSize(), Math.max(StreamHome.FIRST_SIZE, lastSize * GROWTH));
    var needed = StartFrame.DATA_START + frameSize + Seal.sizeWith(2);
    return Math.max(usual, needed + PAGE - 1 & -PAGE);
  }

  /** Begins to prepare a file in the background, unless that was done already. */
  void prepare(SegmentFiles files, long lastSize, LongFunction<SegmentHeader> header) {
    if (pending == null) {
      var size = sizeFor(lastSize, 0);
      var headerOfIt = header.apply(size);
      var name = nextName(headerOfIt);
      pending = CompletableFuture.supplyAsync(() -> {
        try {
          return PreparedSegment.create(files, name, headerOfIt, size, context.options().preallocate());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }, context.background().maintenance());
    }
  }

  /** Returns a prepared file in which a frame of this size fits, waiting for it, or making it now if there is none. */
  PreparedSegment take(SegmentFiles files, long frameSize, long lastSize, LongFunction<SegmentHeader> header)
      throws IOException {
    var ready = finish();
    if (ready != null && fits(ready, frameSize)) {
      return ready;
    }
    if (ready != null) {
      ready.discard(files);
    }
    var size = sizeFor(lastSize, frameSize);
    return create(files, header.apply(size), size);
  }

  private static boolean fits(PreparedSegment prepared, long frameSize) {
    return prepared.growing() || StartFrame.DATA_START + frameSize + Seal.sizeWith(2) <= prepared.size();
  }

  /** Makes a file now. */
  PreparedSegment create(SegmentFiles files, SegmentHeader header, long size) throws IOException {
    return PreparedSegment.create(files, nextName(header), header, size, context.options().preallocate());
  }

  /** Deletes the file that was prepared, if there is one. */
  void discard(SegmentFiles files) throws IOException {
    var ready = finish();
    if (ready != null) {
      ready.discard(files);
    }
  }

  /**
   * Waits for the preparation; what made it fail is tried again by whoever needs the file, and so reported if it
   * persists.
   */
  private @Nullable PreparedSegment finish() {
    var begun = pending;
    pending = null;
    if (begun == null) {
      return null;
    }
    try {
      return begun.join();
    } catch (CompletionException e) {
      Log.debug("preparing a segment failed and is tried again", e);
      return null;
    }
  }

  private String nextName(SegmentHeader header) {
    return header.epoch() + "-" + made++ + Names.PREPARED;
  }
}
