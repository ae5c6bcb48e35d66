package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.NameSync;
import dev.holdfast.internal.segment.PreparedSegment;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.internal.segment.Space;
import dev.holdfast.internal.segment.Spare;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The file that is to become the next segment: how large it is, what its header says, prepared ahead of need and off
 * the appending thread, until it has its name. Used by the stream's leader only; never outlives an epoch.
 *
 * <p>
 * Usually one file is prepared, when the segment before it is half full. If one was begun and not ready when it was
 * needed, the stream is pressed for a while: then there are two, begun as soon as there are fewer; so it is with small
 * segments that follow each other quickly. Of a stream that is pressed or quick they are not synced, where nobody waits
 * for syncs: see {@link Space#RESERVED}.
 */
final class Successor {
  private static final long PAGE = 4096;
  private static final int GROWTH = 4;
  private static final int PAUSE_FACTOR = 3;
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int PRESSED_FOR = 16;
  private static final long SHORT_LIFE = 250; // ms
  private static final long SMALL = 8 << 20; // such a segment is half full in less time than the next one takes
  private static final int SPARE = 4; // records to come may be larger by one part in so many

  private final StreamContext context;
  private final String stream;
  private final FailStop failStop;
  private final NameSync names;
  private final Spares spares;
  private final Deque<CompletableFuture<PreparedSegment>> pending = new ArrayDeque<>();
  private int made;
  private volatile boolean hurried; // whether somebody waits for what is being prepared, or soon will
  private int pressed; // how many segments more there are two prepared
  private boolean quick; // whether the last segment came soon after the one before it
  private long taken; // when the last one was, ms

  Successor(StreamContext context, StreamView view, NameSync names) {
    this.context = context;
    this.stream = view.name();
    this.failStop = view.failStop();
    this.names = names;
    this.spares = new Spares(context.spares(), failStop);
  }

  /**
   * What a segment is needed for.
   *
   * @param streamId the random number of the stream
   * @param epoch which history it is to belong to
   * @param basis the size that its own is worked out from, 0 for the first one
   * @param frameSize how large a frame must fit, 0 if that is not known
   * @param unsynced whether syncs are rare or nobody waits for them
   */
  record Need(long streamId, long epoch, long basis, long frameSize, boolean unsynced) {}

  /**
   * Returns the size that the next segment's is worked out from: that of this one, or what as many records as a segment
   * may have would take.
   */
  long basis(SegmentWriter current) {
    var limit = context.options().maxRecordsPerSegment();
    if (limit == 0 || current.records() == 0) {
      return current.fileSize();
    }
    var recordSize = (current.placedOffset() - StartFrame.DATA_START) / current.records() + 1;
    var needed = recordSize * limit;
    return Math.min(current.fileSize(), (needed + needed / SPARE) / GROWTH) & -PAGE;
  }

  /** Returns the size of a segment: larger than its basis, up to the limit, or what a large frame needs. */
  private long sizeFor(Need need) {
    var usual = Math.min(context.options().maxSegmentSize(), Math.max(StreamHome.FIRST_SIZE, need.basis * GROWTH));
    var needed = StartFrame.DATA_START + need.frameSize + Seal.sizeWith(2);
    return Math.max(usual, needed + PAGE - 1 & -PAGE);
  }

  /** Returns the header of a new segment. */
  SegmentHeader header(Need need) {
    return header(need, context.options().preallocate() ? sizeFor(need) : 0);
  }

  private SegmentHeader header(Need need, long reserved) {
    var options = context.options();
    // Start frames are measured by it too, and must pass however small the records are to be.
    var maxFrame = Frame.sizeOf(Math.max(StartFrame.PAYLOAD,
        Math.max(options.maxRecordSize(), options.maxBatchSize())));
    return new SegmentHeader(Names.hash(stream), need.streamId, context.random().nextLong(), need.epoch,
        context.clock().millis(), reserved, (int) maxFrame);
  }

  // ---- preparing

  /** Returns whether a file is to be prepared while the active segment is {@code current}. */
  boolean isWanted(SegmentWriter current) {
    var atOnce = pressed > 0 || (quick && current.fileSize() <= SMALL);
    if (current.placedOffset() > current.fileSize() / 4 * 3) {
      hurried = true;
    }
    if (pending.isEmpty()) {
      return atOnce || current.placedOffset() > current.fileSize() / 2;
    }
    return atOnce && pending.size() == 1 && current.fileSize() == context.options().maxSegmentSize();
  }

  /** Begins to prepare a file in the background. */
  void prepare(SegmentFiles files, Need need) {
    hurried = pressed > 0;
    var making = making(files, need);
    try {
      pending.add(CompletableFuture.supplyAsync(() -> {
        try {
          return make(making);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }, context.background().maintenance()));
    } catch (RuntimeException | Error e) { // no thread can be started
      if (making.spare != null) {
        Spares.delete(files, making.spare);
      }
      throw e;
    }
  }

  private PreparedSegment make(Making making) throws IOException {
    try {
      return making.task.make();
    } catch (OutOfSpaceException e) {
      context.spares().spaceRanOut();
      throw e;
    }
  }

  /**
   * Pauses while a file is being filled, which nobody needs yet: the disk is left to syncs for most of the time. Not
   * while there is other work for this thread: somebody may wait for that.
   *
   * @param nanos how long the disk was busy with the last part
   */
  private void pause(long nanos) {
    var background = context.background();
    var end = System.nanoTime() + Math.min(PAUSE_FACTOR * nanos, LONGEST_PAUSE);
    for (var left = end - System.nanoTime(); left > 0 && !hurried
        && !background.isMaintenanceWaiting(); left = end - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(1)));
    }
  }

  /** Makes a file, on any thread. */
  private interface Task {
    PreparedSegment make() throws IOException;
  }

  /** How a file is made, and from which one that was kept. */
  private record Making(@Nullable Spare spare, Task task) {}

  private Making making(SegmentFiles files, Need need) {
    var size = sizeFor(need);
    var spare = spares.take(files, size);
    if (spare == null) {
      var name = nextName(need);
      var space = spaceFor(need);
      var header = header(need, space == Space.FILLED ? size : 0);
      return new Making(null, () -> PreparedSegment.create(files, name, header, size, space, this::pause));
    }
    var itsHeader = spare.headerFrom(header(need, size), context.random());
    return new Making(spare, () -> PreparedSegment.reuse(files, spare, itsHeader, names));
  }

  private Space spaceFor(Need need) {
    if (!context.options().preallocate()) {
      return Space.GROWING;
    }
    return (quick || pressed > 0) && need.unsynced ? Space.RESERVED : Space.FILLED;
  }

  /** Returns a prepared file in which the frame fits, waiting for it, or making it now if there is none. */
  PreparedSegment take(SegmentFiles files, Need need) throws IOException {
    var now = context.clock().millis();
    var life = now - taken;
    quick = life >= 0 && life < SHORT_LIFE; // a clock that was set back says nothing
    taken = now;
    var late = !pending.isEmpty() && !pending.getFirst().isDone();
    pressed = late ? PRESSED_FOR : Math.max(0, pressed - 1);
    var ready = finish();
    if (ready != null && fits(ready, need.frameSize)) {
      return ready;
    }
    if (ready != null) {
      ready.discard(files);
    }
    return create(files, need);
  }

  private static boolean fits(PreparedSegment prepared, long frameSize) {
    return prepared.space() == Space.GROWING || StartFrame.DATA_START + frameSize + Seal.sizeWith(2) <= prepared.size();
  }

  /** Makes a file now. */
  PreparedSegment create(SegmentFiles files, Need need) throws IOException {
    hurried = true;
    return make(making(files, need));
  }

  /** Deletes the files that were prepared. What cannot be deleted is a left-over, which the next opening deletes. */
  void discard(SegmentFiles files) {
    while (!pending.isEmpty()) {
      var ready = finish();
      if (ready != null) {
        try {
          ready.discard(files);
        } catch (IOException e) {
          Log.debug("a file that was prepared is left over", e);
        }
      }
    }
  }

  /**
   * Waits for the oldest preparation; what made it fail is tried again by whoever needs the file, and so reported if it
   * persists.
   */
  private @Nullable PreparedSegment finish() {
    var begun = pending.poll();
    if (begun == null) {
      return null;
    }
    hurried = true;
    try {
      return begun.join();
    } catch (CompletionException e) {
      Log.debug("preparing a segment failed and is tried again", e);
      return null;
    }
  }

  private String nextName(Need need) {
    return need.epoch + "-" + made++ + Names.PREPARED;
  }

  // ---- spares

  /**
   * Keeps the file of a segment that has been truncated, to be the next one that is needed: see {@link Spares#keep}.
   */
  boolean keep(Segment segment, Need need) {
    return spares.keep(segment, nextName(need), sizeFor(need));
  }

  /** Deletes what is kept of truncated segments. */
  void giveBack(SegmentFiles files) {
    spares.giveBack(files);
  }

  /** Does so if space has run out lately in the log: somebody may need it. */
  void giveBackIfSpaceIsShort(SegmentFiles files) {
    if (context.spares().isSpaceShort()) {
      spares.giveBack(files);
    }
  }

  // ---- naming

  /**
   * Gives a prepared file its name as a segment. A failed rename may have happened all the same, and then nothing can
   * be said about the stream any more; unless it had no space, and the file still has its former name.
   */
  void nameIt(SegmentFiles files, PreparedSegment prepared, long id) throws IOException {
    try {
      prepared.nameIt(files, Names.segment(id));
    } catch (IOException | RuntimeException | Error e) {
      if (e instanceof OutOfSpaceException && isThere(files, prepared, e)) {
        prepared.discard(files);
      } else {
        failStop.fail(e);
        prepared.file().close();
      }
      throw e;
    }
  }

  private static boolean isThere(SegmentFiles files, PreparedSegment prepared, Throwable failure) {
    try {
      return files.directory().exists(prepared.name());
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
      return false;
    }
  }
}
