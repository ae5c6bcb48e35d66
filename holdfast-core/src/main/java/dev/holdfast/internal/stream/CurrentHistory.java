package dev.holdfast.internal.stream;

import dev.holdfast.SyncPolicy;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.NameSync;
import dev.holdfast.internal.segment.PreparedSegment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.internal.segment.StateFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The history of a stream that is being written: which of its segments is active, how the next one begins, what a sync
 * must cover. When a new history takes its place is the affair of {@link SegmentChain}. The steps and what a crash
 * after each leaves are in {@code docs/CRASH-SAFETY.md}.
 *
 * <p>
 * All methods are called by the stream's leader, one thread at a time; {@link #active} is also read under the stream's
 * lock, under which it is replaced only while nobody stages.
 */
final class CurrentHistory {
  private final StreamHome home;
  private final StreamContext context;
  private final StreamView view;
  private final FailStop failStop;
  private final SegmentWriters writers;
  private final NameSync names;
  private final Successor successor;
  private final Sealer sealer;
  private final BooleanSupplier hasRing;

  private @Nullable SegmentFiles files;
  private @Nullable StateFile state;
  private volatile @Nullable SegmentWriter active;
  private long epoch;
  private long lastSize;
  private volatile long streamId;

  CurrentHistory(StreamHome home, StreamContext context, StreamView view, SegmentWriters writers, NameSync names,
      Successor successor, Sealer sealer, BooleanSupplier hasRing) {
    this.home = home;
    this.context = context;
    this.view = view;
    this.failStop = view.failStop();
    this.writers = writers;
    this.names = names;
    this.successor = successor;
    this.sealer = sealer;
    this.hasRing = hasRing;
  }

  // ---- opening

  /** Takes over what a scan found, before readers are told. */
  void recover(SegmentFiles found, Recovered recovered) throws IOException {
    files = found;
    var slot = recovered.state().newest();
    epoch = Math.max(slot == null ? 0 : slot.epoch(), recovered.files().newestEpoch());
    streamId = recovered.files().streamId();
    if (slot == null) {
      slot = new StateSlot(1, Math.max(1, epoch), 0, 0, recovered.files().floor(), found.nameHash(), streamId);
      found.directory().writeAtomically(Names.STATE, slot.encodeFile());
    }
    state = new StateFile(found, slot, failStop, context.rings().writesBefore());
  }

  /** Tells readers what was found. */
  void publish(SegmentFiles found, Recovered recovered) {
    var segments = writers.found(found, streamId, recovered, sealer::later);
    lastSize = recovered.scanned().isEmpty() ? 0 : recovered.scanned().getLast().endOffset();
    view.begin(segments, recovered.end());
    view.durable(recovered.durableEnd());
    view.visible(recovered.durableEnd());
  }

  // ---- what there is

  /** Returns the random number of the stream, 0 if it does not exist yet. */
  long streamId() {
    return streamId;
  }

  /** Returns whether the stream exists: if not, {@link #create} must be first. */
  boolean exists() {
    return files != null;
  }

  /** Returns the segment that frames are placed into, or null if one must be begun first. */
  @Nullable
  SegmentWriter active() {
    return active;
  }

  /** Returns the first id retained; segments below may still be there if a truncation from the front has failed. */
  long floor() {
    var file = state;
    return file == null ? 0 : file.floor();
  }

  SegmentFiles files() {
    return Objects.requireNonNull(files, "the stream does not exist yet");
  }

  StateFile stateFile() {
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
   * Makes everything written durable: earlier segments, the active one, the names; in this order. Then moves the
   * durable end to {@code end}, the id after the last record written.
   */
  void sync(long end) throws IOException {
    sealer.syncUnsealed();
    var current = active;
    if (current != null) {
      current.syncAll();
      current.syncName();
    }
    failStop.check();
    view.durable(end);
  }

  /** Makes the names of the stream's files durable. */
  void syncNames() throws IOException {
    names.sync(files().directory());
  }

  // ---- beginning a segment

  /** Creates the stream, with a segment in which a frame of this size fits. */
  void create(long frameSize) throws IOException {
    streamId = context.random().nextLong();
    epoch = 1;
    var header = successor.header(new Successor.Need(streamId, epoch, 0, frameSize, false));
    var slot = home.create(streamId, header, context.options().preallocate());
    try {
      var created = home.nameIt();
      state = new StateFile(created, slot, failStop, context.rings().writesBefore());
      files = created;
    } catch (IOException | RuntimeException | Error e) {
      if (!(e instanceof OutOfSpaceException) || !home.isUnnamed()) { // the stream may exist or not
        failStop.fail(e);
      }
      throw e;
    }
    append(activate(header, StartFrame.FIRST, 0, true, null));
  }

  /** Begins the segment behind {@code current}, everything placed there having been written. */
  void rotate(SegmentWriter current, long frameSize) throws IOException {
    sealer.awaitRoom();
    var id = current.placedId();
    var replaced = current.records() == 0;
    var start = replaced
        ? current.start()
        : new StartFrame(current.segment().firstId(), epoch, current.placedOffset(), current.lastChecksum(),
            current.isNameDurable());
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
    var writer = writers.begun(files(), header, start, id, durable, prepared);
    if (prepared != null) {
      writer.adopt(prepared.file());
    }
    lastSize = writer.fileSize();
    active = writer;
    return writer;
  }

  /** Publishes a new segment as the last one, in the place of an empty one that it replaces. */
  void append(SegmentWriter writer) throws IOException {
    var replaced = view.segments().from(writer.segment().firstId());
    view.segments(list -> list.endingWith(writer.segment()));
    for (var segment : replaced) {
      segment.retire();
    }
  }

  private Successor.Need next(SegmentWriter current, long frameSize) {
    return new Successor.Need(streamId, epoch, successor.basis(current), frameSize, isRarelySynced(current));
  }

  /**
   * Returns whether records are acknowledged without even having been written, and nobody has waited for a sync in this
   * segment or the one before it. Under a policy that syncs by a timer that is not told apart: usually nobody waits.
   */
  private boolean isRarelySynced(SegmentWriter current) {
    return hasRing.getAsBoolean() && (context.options().syncPolicy() instanceof SyncPolicy.Every
        || view.durableEnd() <= current.start().predecessor());
  }

  /** Returns what the next segment of this history is needed for. */
  Successor.Need next() {
    var current = active;
    return current == null ? new Successor.Need(streamId, epoch, lastSize, 0, false) : next(current, 0);
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

  // ---- giving way to a new history

  /** Returns an epoch that no segment has had. */
  long nextEpoch() {
    return Math.max(epoch, stateFile().epoch()) + 1;
  }

  /** Returns what the first segment of another epoch is needed for. */
  Successor.Need first(long itsEpoch, long frameSize) {
    return new Successor.Need(streamId, itsEpoch, lastSize, frameSize, false);
  }

  /** Goes on in a new history, whose first segment has its name, durably; makes that the active one. */
  SegmentWriter goOnIn(PreparedSegment first, StartFrame start, long id) throws IOException {
    epoch = first.header().epoch();
    return activate(first.header(), start, id, true, first);
  }

  /**
   * Gives up the active segment after a failed write: what was written from {@code offset} on is nothing in the history
   * that must begin then.
   */
  void abandonActive(long offset, long id, int checksum) {
    var current = Objects.requireNonNull(active);
    current.unplace(offset, id, checksum);
    if (current.records() > 0) { // else the new epoch's first segment replaces it
      sealer.later(current);
    }
    active = null;
  }

  // ---- closing

  /** Seals the active segment, everything being durable. */
  void seal() throws IOException {
    var current = active;
    if (current != null) {
      active = null;
      current.seal();
    }
  }

  /** Closes the files. */
  void close() throws IOException {
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
