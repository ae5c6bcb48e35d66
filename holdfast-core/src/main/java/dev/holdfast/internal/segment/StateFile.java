package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;

/**
 * The STATE file of a stream that is open for writing. All methods are called under the leadership of the stream: by
 * one thread at a time.
 */
public final class StateFile {
  private final String label;
  private final OpenFile<LogFile> file;
  private final FailStop failStop;
  private StateSlot slot;
  private boolean behind;
  private long branchEpoch;
  private long branch;

  /** Creates the view of a STATE file whose newest slot is {@code slot}. */
  public StateFile(SegmentFiles files, StateSlot slot, FailStop failStop) {
    this.failStop = failStop;
    this.label = files.labelOf(Names.STATE);
    this.slot = slot;
    this.branchEpoch = slot.branchEpoch();
    this.branch = slot.branch();
    this.file = new OpenFile<>(files.open(), () -> files.directory().open(Names.STATE, Access.READ_WRITE));
  }

  /** Returns the highest epoch that a segment may have. */
  public long epoch() {
    return slot.epoch();
  }

  /** Returns the first id retained. */
  public long floor() {
    return slot.floor();
  }

  /** Returns the random number of the stream. */
  public long streamId() {
    return slot.streamId();
  }

  /**
   * Notes that everything below {@code watermark} is durable, and how far others may read. Not synced: a watermark that
   * is behind is still true. For the same reason failing to write it harms nothing but the proof of damage, and is
   * tried again with the next.
   */
  public void publish(long watermark, long visible) {
    if (watermark == slot.watermark() && visible == slot.visible() && branchEpoch == slot.branchEpoch()) {
      return;
    }
    try {
      write(next(slot.epoch(), watermark, visible, slot.floor()), false);
      behind = false;
    } catch (IOException e) {
      if (!behind) {
        Log.warning(label + ": the watermark could not be written and stays behind", e);
      }
      behind = true;
    }
  }

  /** Makes a new epoch durable, before a segment of it gets its name. Everything below {@code watermark} is durable. */
  public void beginEpoch(long epoch, long watermark) throws IOException {
    branchEpoch = 0; // the segment that began the former one may be set aside now
    branch = 0;
    write(next(epoch, watermark, watermark, slot.floor()), true);
  }

  /**
   * Notes that the first segment of an epoch has its name, durably: if it is not there any more it is missing, and what
   * the history before it holds from {@code firstId} on must not come back. Written with the next watermark.
   */
  public void hasBegun(long epoch, long firstId) {
    branchEpoch = epoch;
    branch = firstId;
  }

  /** Makes a new floor durable in both slots, before anything below it is deleted. */
  public void raiseFloor(long floor) throws IOException {
    write(next(slot.epoch(), slot.watermark(), slot.visible(), floor), true);
    write(next(slot.epoch(), slot.watermark(), slot.visible(), floor), true);
  }

  private StateSlot next(long epoch, long watermark, long visible, long floor) {
    return new StateSlot(slot.sequence() + 1, epoch, watermark, visible, floor, slot.nameHash(), slot.streamId(),
        branchEpoch, branch);
  }

  /** Closes the file. */
  public void close() throws IOException {
    file.retire();
  }

  private void write(StateSlot next, boolean durably) throws IOException {
    var open = file.acquire();
    try {
      open.write(next.encode(), next.offset());
      if (durably) {
        force(open);
      }
      slot = next;
    } finally {
      file.release();
    }
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
