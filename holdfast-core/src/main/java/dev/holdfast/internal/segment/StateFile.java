package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The STATE file of a stream that is open for writing. All methods are called under the leadership of the stream: by
 * one thread at a time.
 *
 * <p>
 * While it is written often it is mapped, and what need not be durable is stored there: that survives the death of the
 * process as a write does, and costs a twentieth. What must be durable is written and synced, mapped or not.
 */
public final class StateFile {
  private final String label;
  private final Directory directory;
  private final OpenFile<OpenState> file;
  private final int writesBeforeMap; // 0: never
  private @Nullable Boolean mayMap; // null: nobody has asked yet
  private final FailStop failStop;
  private final ByteBuffer bytes = ByteBuffer.allocate(StateSlot.SIZE); // of the slot that is being written
  private final long nameHash;
  private final long streamId;
  private boolean behind;

  // What the newest slot says. Not kept as a StateSlot: there is one for each commit, and it need not outlive the write.
  private long sequence;
  private long epoch;
  private long watermark;
  private long visible;
  private long floor;
  private long writtenBranchEpoch;

  // what the next one says of the newest history
  private long branchEpoch;
  private long branch;

  /**
   * Creates the view of a STATE file whose newest slot is {@code slot}.
   *
   * @param writesBeforeMap after how many writes that are not synced it is mapped, if it stays open; 0 = never
   */
  public StateFile(SegmentFiles files, StateSlot slot, FailStop failStop, int writesBeforeMap) {
    this.failStop = failStop;
    this.writesBeforeMap = writesBeforeMap;
    this.directory = files.directory();
    this.label = files.labelOf(Names.STATE);
    this.nameHash = slot.nameHash();
    this.streamId = slot.streamId();
    written(slot);
    this.branchEpoch = slot.branchEpoch();
    this.branch = slot.branch();
    this.file = new OpenFile<>(files.open(),
        () -> new OpenState(directory.open(Names.STATE, Access.READ_WRITE), files.open().reaper()));
  }

  /** Returns the highest epoch that a segment may have. */
  public long epoch() {
    return epoch;
  }

  /** Returns the first id retained. */
  public long floor() {
    return floor;
  }

  /** Returns the random number of the stream. */
  public long streamId() {
    return streamId;
  }

  /**
   * Notes that everything below {@code durableEnd} is durable, and how far others may read. Not synced: a watermark
   * that is behind is still true. For the same reason failing to write it harms nothing but the proof of damage, and is
   * tried again with the next.
   */
  public void publish(long durableEnd, long visibleEnd) {
    if (durableEnd == watermark && visibleEnd == visible && branchEpoch == writtenBranchEpoch) {
      return;
    }
    try {
      note(next(epoch, durableEnd, visibleEnd, floor));
      behind = false;
    } catch (IOException e) {
      if (!behind) {
        Log.warning(label + ": the watermark could not be written and stays behind", e);
      }
      behind = true;
    }
  }

  /**
   * Makes a new epoch durable, before a segment of it gets its name. Everything below {@code durableEnd} is durable.
   */
  public void beginEpoch(long newEpoch, long durableEnd) throws IOException {
    branchEpoch = 0; // the segment that began the former one may be set aside now
    branch = 0;
    write(next(newEpoch, durableEnd, durableEnd, floor));
  }

  /**
   * Notes that the first segment of an epoch has its name, durably: if it is not there any more it is missing, and what
   * the history before it holds from {@code firstId} on must not come back. Written with the next watermark.
   */
  public void hasBegun(long newEpoch, long firstId) {
    branchEpoch = newEpoch;
    branch = firstId;
  }

  /** Makes a new floor durable in both slots, before anything below it is deleted. */
  public void raiseFloor(long newFloor) throws IOException {
    write(next(epoch, watermark, visible, newFloor));
    write(next(epoch, watermark, visible, newFloor));
  }

  private StateSlot next(long itsEpoch, long itsWatermark, long itsVisible, long itsFloor) {
    return new StateSlot(sequence + 1, itsEpoch, itsWatermark, itsVisible, itsFloor, nameHash, streamId, branchEpoch,
        branch);
  }

  /** Closes the file. */
  public void close() throws IOException {
    file.retire();
  }

  /** Puts a slot where it survives the death of the process. */
  private void note(StateSlot next) throws IOException {
    var open = file.acquire();
    try {
      next.encode(bytes);
      if (!store(open, next.offset())) {
        open.file().write(bytes, next.offset());
      }
      written(next);
    } finally {
      file.release();
    }
  }

  /** Stores the slot in the mapped file; returns false if it is not mapped. */
  private boolean store(OpenState open, long offset) {
    if (!open.isMapped() && !map(open)) {
      return false;
    }
    try {
      open.store(bytes.array(), offset);
      return true;
    } catch (InternalError e) { // the file was cut short, or its device fails: then writing says so
      Log.warning(label + ": its mapped memory cannot be stored into, so it is written", e);
      mayMap = false;
      open.unmap();
      return false;
    }
  }

  /** Maps the file if it is worth it. Storing needs no space: the file was filled and synced before it had its name. */
  private boolean map(OpenState open) {
    if (writesBeforeMap == 0 || open.noted() <= writesBeforeMap || Boolean.FALSE.equals(mayMap)) {
      return false;
    }
    try {
      if (mayMap == null) {
        mayMap = Ring.isPossibleIn(directory);
      }
      if (mayMap) {
        open.map();
      }
    } catch (IOException | RuntimeException e) { // no address space is left, or it is shorter than it should be
      Log.debug(label + " is written without a map", e);
      mayMap = false;
    }
    return mayMap;
  }

  /** Puts a slot where it survives a power loss, too. */
  private void write(StateSlot next) throws IOException {
    var open = file.acquire();
    try {
      open.file().write(next.encode(bytes), next.offset());
      force(open.file());
      written(next);
    } finally {
      file.release();
    }
  }

  private void written(StateSlot slot) {
    sequence = slot.sequence();
    epoch = slot.epoch();
    watermark = slot.watermark();
    visible = slot.visible();
    floor = slot.floor();
    writtenBranchEpoch = slot.branchEpoch();
  }

  private void force(LogFile open) throws IOException {
    try {
      open.force();
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail(e);
      throw e;
    }
  }
}
