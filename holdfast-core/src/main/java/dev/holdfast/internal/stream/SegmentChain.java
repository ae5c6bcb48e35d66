package dev.holdfast.internal.stream;

import dev.holdfast.IdRange;
import dev.holdfast.StorageFullException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.recovery.RingFrames;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.NameSync;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a stream that is open for writing: what opening has found and is still to be done about it, when
 * another history begins, how the stream is cut at either end. What is appended goes on in the {@link CurrentHistory}.
 * The steps and what a crash after each leaves are in {@code docs/CRASH-SAFETY.md}.
 *
 * <p>
 * All methods are called by the stream's leader, one thread at a time; {@link #active} is also read under the stream's
 * lock, under which it is replaced only while nobody stages.
 */
final class SegmentChain {
  private final StreamContext context;
  private final StreamView view;
  private final FailStop failStop;
  private final RecordReader reader;
  private final Successor successor;
  private final Sealer sealer;
  private final CurrentHistory history;

  private Aftermath aftermath = Aftermath.NONE;
  private @Nullable LeftOvers leftOvers;

  SegmentChain(StreamHome home, StreamContext context, StreamView view, RecordReader reader, BooleanSupplier cleaner,
      BooleanSupplier hasRing) {
    this.context = context;
    this.view = view;
    this.failStop = view.failStop();
    this.reader = reader;
    var names = new NameSync(failStop);
    this.successor = new Successor(context, view, names);
    this.sealer = new Sealer(view, context.background().maintenance());
    this.history = new CurrentHistory(home, context, view, new SegmentWriters(context, view, names, cleaner), names,
        successor, sealer, hasRing);
  }

  // ---- opening

  /** Takes over what a scan found: nothing is written, but left-overs are deleted. */
  void recover(SegmentFiles found, Recovered recovered, RingFrames ring) throws IOException {
    history.recover(found, recovered);
    Aftermath.deleteLeftOvers(found, recovered, history.stateFile());
    leftOvers = LeftOvers.delete(found.directory(), recovered.files().prepared(), context.background());
    history.publish(found, recovered);
    aftermath = Aftermath.of(found, recovered, ring);
  }

  /** Returns whether records were found of which nothing proves that they are durable. */
  boolean isUnsettled() {
    return aftermath.isUnsettled();
  }

  /** Returns whether damage was found and the history that goes on without it has not begun yet. */
  boolean isDamaged() {
    return aftermath.isDamaged();
  }

  // ---- what there is

  /** Returns the random number of the stream, 0 if it does not exist yet. */
  long streamId() {
    return history.streamId();
  }

  boolean exists() {
    return history.exists();
  }

  /** Returns the first id retained; segments below may still be there if a truncation from the front has failed. */
  long floor() {
    return history.floor();
  }

  /** Returns the segment that frames are placed into, or null if one must be begun first. */
  @Nullable
  SegmentWriter active() {
    return history.active();
  }

  /** Tells readers of other processes how far they may read. */
  void publishState() {
    history.publishState();
  }

  // ---- appending

  /**
   * Makes everything written durable: what was found at opening, then what the current history has. Then moves the
   * durable end to {@code end}, the id after the last record written.
   */
  void sync(long end) throws IOException {
    awaitFoundNames();
    aftermath = aftermath.settle(failStop);
    history.sync(end);
  }

  /** Nothing of a directory is durable before its name is. */
  void awaitFoundNames() throws IOException {
    try {
      context.names().awaitDurable();
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail(e);
      throw e;
    }
  }

  /** Begins a segment in which a frame of this size fits; everything placed has been written. */
  void beginSegment(long frameSize) {
    var current = history.active();
    try {
      if (!history.exists()) {
        awaitFoundNames();
        history.create(frameSize);
      } else if (current == null) {
        beginEpoch(view.visibleEnd(), frameSize, first -> {
          history.append(first);
          sealer.sealBefore(first);
        });
      } else {
        history.rotate(current, frameSize);
      }
    } catch (OutOfSpaceException e) {
      failStop.check();
      throw new StorageFullException(
          "stream '" + view.name() + "': no space for a new segment; nothing of this append was kept: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      failStop.check();
      throw new WalIOException("stream '" + view.name() + "': cannot begin a segment: " + e.getMessage(), e);
    }
  }

  /** Prepares the next segment ahead of need. */
  void prepareAhead() {
    history.prepareAhead();
  }

  /**
   * Gives up the active segment after a failed write: the next append begins a new epoch, in which what was written is
   * nothing.
   */
  void abandonActive(long offset, long id, int checksum) {
    history.abandonActive(offset, id, checksum);
  }

  // ---- a new history

  /**
   * Begins a segment of a new epoch at {@code id}: the end of the stream, or where it is cut. Its start frame is
   * durable before it has its name, and says where the history before it ends.
   */
  private void beginEpoch(long id, long frameSize, Begun begun) throws IOException {
    sync(view.visibleEnd());
    sealer.await();
    successor.discard(history.files());
    finishDeletions();
    var told = aftermath.endAt(id);
    var before = told != null ? told : reader.endAt(id);
    var next = history.nextEpoch();
    history.stateFile().beginEpoch(next, id);
    var prepared = successor.create(history.files(), history.first(next, frameSize));
    try {
      prepared.write(before.encode(prepared.header().salt(), id, 0, 0), SegmentHeader.SIZE);
      prepared.file().force();
      aftermath = aftermath.setAside(history.files(), next, failStop);
    } catch (IOException | RuntimeException e) {
      prepared.discard(history.files());
      throw e;
    }
    view.change(() -> {
      successor.nameIt(history.files(), prepared, id);
      try {
        history.syncNames();
        history.stateFile().hasBegun(next, id);
        aftermath = Aftermath.NONE;
        begun.with(history.goOnIn(prepared, before, id));
        return true;
      } catch (IOException | RuntimeException | Error e) { // the new history has its name: there is no going back
        failStop.fail(e);
        throw e;
      }
    });
  }

  /** What is done when the first segment of a new epoch is there. */
  private interface Begun {
    void with(SegmentWriter first) throws IOException;
  }

  /** Sees to it that what earlier processes were preparing is gone: another file may get its name. */
  private void finishDeletions() throws IOException {
    if (leftOvers != null) {
      leftOvers.finish();
    }
  }

  // ---- truncation

  /**
   * Deletes whole segments of lower ids.
   *
   * @param alone whether no other process reads the log, nor begins to until this is over: then files may become the
   *   next segments instead
   */
  IdRange truncateBefore(long id, boolean alone) throws IOException {
    var segments = view.segments();
    var keep = Math.max(0, segments.indexOf(id));
    var from = segments.firstId();
    if (keep == 0) {
      return new IdRange(from, from);
    }
    finishDeletions();
    successor.giveBackIfSpaceIsShort(history.files());
    sync(view.visibleEnd());
    sealer.await();
    publishState();
    var floor = segments.get(keep).firstId();
    history.syncNames();
    history.stateFile().raiseFloor(floor);
    view.segments(list -> list.startingWith(floor));
    sealer.forgetBefore(floor);
    for (var i = 0; i < keep; i++) {
      var recycled = alone && i >= keep - Spares.MOST && successor.keep(segments.get(i), history.next());
      if (!recycled) {
        history.files().directory().delete(segments.get(i).name());
        segments.get(i).retire();
      }
    }
    return new IdRange(from, floor);
  }

  /**
   * Begins another history at {@code id}, then deletes what only the former one had.
   *
   * @param afterCut called when readers see the new history
   */
  IdRange truncateFrom(long id, Runnable afterCut) throws IOException {
    var end = view.visibleEnd();
    var former = history.active();
    beginEpoch(id, 0, first -> {
      var removed = view.segments().from(id);
      view.cut(id, list -> list.endingWith(first.segment()));
      afterCut.run();
      sealer.forget(id);
      if (former != null && former.segment().firstId() < id) {
        sealer.later(former);
      }
      sealer.sealBefore(first);
      for (var segment : removed) {
        segment.retire();
      }
      var directory = history.files().directory();
      for (var name : directory.list()) { // also an empty segment found at opening, which no reader knows
        if (Names.firstId(name) > id) {
          directory.delete(name);
        }
      }
      history.syncNames();
    });
    return new IdRange(id, end);
  }

  // ---- closing

  /** Seals the active segment, everything being durable. */
  void seal() throws IOException {
    if (!exists()) {
      return;
    }
    sealer.await();
    successor.discard(history.files());
    history.seal();
  }

  /** Closes the files, when nothing is deleted or sealed in the background any more. */
  void close() throws IOException {
    if (leftOvers != null) {
      leftOvers.await();
    }
    sealer.finish();
    if (exists()) {
      successor.discard(history.files());
      successor.giveBack(history.files());
    }
    history.close();
  }
}
