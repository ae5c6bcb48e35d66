package dev.holdfast.internal.stream;

import dev.holdfast.IdRange;
import dev.holdfast.StorageFullException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.PreparedSegment;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.internal.segment.StateFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a stream that is open for writing: which one is active, how the next one begins, what a sync must
 * cover, how the stream is cut at either end. The steps and what a crash after each leaves are in
 * {@code docs/CRASH-SAFETY.md}.
 *
 * <p>
 * All methods are called by the stream's leader, one thread at a time; {@link #active} is also read under the stream's
 * lock, under which it is replaced only while nobody stages.
 */
final class SegmentChain {
  private final StreamHome home;
  private final StreamContext context;
  private final StreamView view;
  private final FailStop failStop;
  private final RecordReader reader;
  private final SegmentWriters writers;
  private final Successor successor;
  private final Sealer sealer;

  private @Nullable SegmentFiles files;
  private @Nullable StateFile state;
  private Aftermath aftermath = Aftermath.NONE;
  private @Nullable LeftOvers leftOvers;
  private volatile @Nullable SegmentWriter active;
  private long epoch;
  private long lastSize;
  private volatile long streamId;

  SegmentChain(StreamHome home, StreamContext context, StreamView view, RecordReader reader, BooleanSupplier cleaner) {
    this.home = home;
    this.context = context;
    this.view = view;
    this.failStop = view.failStop();
    this.reader = reader;
    this.writers = new SegmentWriters(context, view, cleaner);
    this.successor = new Successor(context, view);
    this.sealer = new Sealer(view, context.background().maintenance());
  }

  // ---- opening

  /** Takes over what a scan found: nothing is written, but left-overs are deleted. */
  void recover(SegmentFiles found, Recovered recovered) throws IOException {
    files = found;
    var slot = recovered.state().newest();
    epoch = Math.max(slot == null ? 0 : slot.epoch(), recovered.files().newestEpoch());
    streamId = recovered.files().streamId();
    if (slot == null) {
      slot = new StateSlot(1, Math.max(1, epoch), 0, 0, recovered.files().floor(), found.nameHash(), streamId);
      found.directory().writeAtomically(Names.STATE, slot.encodeFile());
    }
    state = new StateFile(found, slot, failStop);
    Aftermath.deleteLeftOvers(found, recovered, stateFile());
    leftOvers = LeftOvers.delete(found.directory(), recovered.files().prepared(), context.background().maintenance());
    publish(found, recovered);
    aftermath = Aftermath.of(found, recovered);
  }

  private void publish(SegmentFiles found, Recovered recovered) {
    var segments = writers.found(found, streamId, recovered, sealer::later);
    lastSize = recovered.scanned().isEmpty() ? 0 : recovered.scanned().getLast().endOffset();
    view.begin(segments, recovered.end());
    view.durable(recovered.durableEnd());
    view.visible(recovered.durableEnd());
  }

  /** Returns whether records were found of which nothing proves that they are durable. */
  boolean isUnsettled() {
    return aftermath.isUnsettled();
  }

  /** Returns the first id retained; segments below may still be there if a truncation from the front has failed. */
  long floor() {
    var file = state;
    return file == null ? 0 : file.floor();
  }

  /** Returns whether damage was found and the history that goes on without it has not begun yet. */
  boolean isDamaged() {
    return aftermath.isDamaged();
  }

  // ---- state

  /** Returns the random number of the stream, 0 if it does not exist yet. */
  long streamId() {
    return streamId;
  }

  boolean exists() {
    return files != null;
  }

  /** Returns the segment that frames are placed into, or null if one must be begun first. */
  @Nullable
  SegmentWriter active() {
    return active;
  }

  private SegmentFiles files() {
    return Objects.requireNonNull(files, "the stream does not exist yet");
  }

  private StateFile stateFile() {
    return Objects.requireNonNull(state, "the stream does not exist yet");
  }

  /**
   * Tells readers of other processes how far they may read. Not after a failure: a history that may have been cut by
   * then would get the durable end of the one before it.
   */
  void publishState() {
    var file = state;
    if (file != null && !failStop.hasFailed()) {
      file.publish(view.durableEnd(), Math.max(view.durableEnd(), view.visibleEnd()));
    }
  }

  // ---- syncing

  /**
   * Makes everything written durable: what was found at opening, earlier segments, the active one, the names; in this
   * order. Then moves the durable end to {@code end}, the id after the last record written.
   */
  void sync(long end) throws IOException {
    awaitFoundNames();
    aftermath = aftermath.settle(failStop);
    sealer.syncUnsealed();
    var current = active;
    if (current != null) {
      current.syncAll();
      current.syncName();
    }
    failStop.check();
    view.durable(end);
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

  // ---- beginning a segment

  /** Begins a segment in which a frame of this size fits; everything placed has been written. */
  void beginSegment(long frameSize) {
    var current = active;
    try {
      if (files == null) {
        createStream(frameSize);
      } else if (current == null) {
        beginEpoch(view.visibleEnd(), frameSize, first -> {
          append(first);
          sealer.sealBefore(first);
        });
      } else {
        rotate(current, frameSize);
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

  private void createStream(long frameSize) throws IOException {
    awaitFoundNames();
    streamId = context.random().nextLong();
    epoch = 1;
    var header = successor.header(new Successor.Need(streamId, epoch, 0, frameSize));
    var slot = home.create(streamId, header, context.options().preallocate());
    try {
      var created = home.nameIt();
      state = new StateFile(created, slot, failStop);
      files = created;
    } catch (IOException | RuntimeException | Error e) {
      if (!(e instanceof OutOfSpaceException) || !home.isUnnamed()) { // the stream may exist or not
        failStop.fail(e);
      }
      throw e;
    }
    append(activate(header, StartFrame.FIRST, 0, true, null));
  }

  private void rotate(SegmentWriter current, long frameSize) throws IOException {
    sealer.awaitRoom(current);
    var id = current.placedId();
    var replaced = current.records() == 0;
    var start = replaced
        ? current.start()
        : new StartFrame(current.segment().firstId(), epoch, current.placedOffset(), current.lastChecksum());
    var prepared = successor.take(files(), next(current, frameSize));
    try {
      prepared.write(start.encode(prepared.header().salt(), id, Frame.unsynced(id, view.durableEnd()), 0),
          SegmentHeader.SIZE);
      if (replaced) {
        prepared.file().force(); // the start frame it replaces may be relied on: the first of an epoch is durable
      }
    } catch (IOException e) {
      prepared.discard(files());
      throw e;
    }
    successor.nameIt(files(), prepared, id);
    try {
      var next = activate(prepared.header(), start, id, false, prepared);
      append(next);
      if (!replaced) {
        sealer.later(current);
        sealer.sealBefore(next);
      }
    } catch (IOException | RuntimeException | Error e) { // the segment has its name: there is no going back
      failStop.fail(e);
      throw e;
    }
  }

  /** Makes a named segment the active one. */
  private SegmentWriter activate(SegmentHeader header, StartFrame start, long id, boolean durable,
      @Nullable PreparedSegment prepared) throws IOException {
    var writer = writers.begun(files(), header, start, id, durable);
    if (prepared != null) {
      writer.adopt(prepared.file());
    }
    lastSize = writer.fileSize();
    active = writer;
    return writer;
  }

  /** Publishes a new segment as the last one, in the place of an empty one that it replaces. */
  private void append(SegmentWriter writer) throws IOException {
    var replaced = segmentsFrom(writer.segment().firstId());
    view.segments(list -> endWith(list, writer));
    for (var segment : replaced) {
      segment.retire();
    }
  }

  private List<Segment> segmentsFrom(long id) {
    return view.segments().asList().stream().filter(segment -> segment.firstId() >= id).toList();
  }

  private static List<Segment> endWith(List<Segment> list, SegmentWriter writer) {
    list.removeIf(segment -> segment.firstId() >= writer.segment().firstId());
    list.add(writer.segment());
    return list;
  }

  private Successor.Need next(SegmentWriter current, long frameSize) {
    return new Successor.Need(streamId, epoch, successor.basis(current), frameSize);
  }

  private Successor.Need next() {
    var current = active;
    return current == null ? new Successor.Need(streamId, epoch, lastSize, 0) : next(current, 0);
  }

  /** Prepares the next segment ahead of need. */
  void prepareAhead() {
    var current = active;
    if (current == null) {
      return;
    }
    successor.giveBackIfSpaceIsShort(files());
    if (current.records() > 0 && successor.isWanted(current)) {
      successor.prepare(files(), next(current, 0));
    }
  }

  // ---- a new history

  /**
   * Begins a segment of a new epoch at {@code id}: the end of the stream, or where it is cut. Its start frame is
   * durable before it has its name, and says where the history before it ends.
   */
  private void beginEpoch(long id, long frameSize, Begun begun) throws IOException {
    sync(view.visibleEnd());
    sealer.await();
    successor.discard(files());
    finishDeletions();
    var told = aftermath.endAt(id);
    var before = told != null ? told : reader.endAt(id);
    var next = Math.max(epoch, stateFile().epoch()) + 1;
    stateFile().beginEpoch(next, id);
    var prepared = successor.create(files(), new Successor.Need(streamId, next, lastSize, frameSize));
    try {
      prepared.write(before.encode(prepared.header().salt(), id, 0, 0), SegmentHeader.SIZE);
      prepared.file().force();
      aftermath = aftermath.setAside(files(), next, failStop);
    } catch (IOException | RuntimeException e) {
      prepared.discard(files());
      throw e;
    }
    view.change(() -> {
      successor.nameIt(files(), prepared, id);
      try {
        syncNames();
        stateFile().hasBegun(next, id);
        epoch = next;
        aftermath = Aftermath.NONE;
        begun.with(activate(prepared.header(), before, id, true, prepared));
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

  private void syncNames() throws IOException {
    try {
      files().directory().sync();
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail(e);
      throw e;
    }
  }

  /**
   * Gives up the active segment after a failed write: the next append begins a new epoch, in which what was written is
   * nothing.
   */
  void abandonActive(long offset, long id, int checksum) {
    var current = Objects.requireNonNull(active);
    current.unplace(offset, id, checksum);
    if (current.records() > 0) { // else the new epoch's first segment replaces it
      sealer.later(current);
    }
    active = null;
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
    successor.giveBackIfSpaceIsShort(files());
    sync(view.visibleEnd());
    sealer.await();
    publishState();
    var floor = segments.get(keep).firstId();
    syncNames();
    stateFile().raiseFloor(floor);
    view.segments(list -> {
      list.removeIf(segment -> segment.firstId() < floor);
      return list;
    });
    sealer.forgetBefore(floor);
    for (var i = 0; i < keep; i++) {
      var recycled = alone && i >= keep - Spares.MOST && successor.keep(segments.get(i), next());
      if (!recycled) {
        files().directory().delete(segments.get(i).name());
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
    var removed = segmentsFrom(id);
    var former = active;
    beginEpoch(id, 0, first -> {
      view.cut(id, list -> endWith(list, first));
      afterCut.run();
      sealer.forget(id);
      if (former != null && former.segment().firstId() < id) {
        sealer.later(former);
      }
      sealer.sealBefore(first);
      for (var segment : removed) {
        segment.retire();
      }
      for (var name : files().directory().list()) { // also an empty segment found at opening, which no reader knows
        if (Names.firstId(name) > id) {
          files().directory().delete(name);
        }
      }
      syncNames();
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
    successor.discard(files());
    var current = active;
    if (current != null) {
      active = null;
      current.seal();
    }
  }

  /** Sees to it that what earlier processes were preparing is gone: another file may get its name. */
  private void finishDeletions() throws IOException {
    if (leftOvers != null) {
      leftOvers.finish();
    }
  }

  /** Closes the files, when nothing is deleted or sealed in the background any more. */
  void close() throws IOException {
    if (leftOvers != null) {
      leftOvers.await();
    }
    sealer.finish();
    if (files != null) {
      successor.discard(files());
      successor.giveBack(files());
    }
    try {
      if (state != null) {
        state.close();
        state = null; // nothing is written by the name of a file that may soon be another stream's
      }
    } finally {
      for (var segment : view.segments().asList()) {
        segment.retire();
      }
    }
  }
}
