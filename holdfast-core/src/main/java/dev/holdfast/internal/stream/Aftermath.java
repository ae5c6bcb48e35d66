package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.recovery.RingFrames;
import dev.holdfast.internal.recovery.ScannedSegment;
import dev.holdfast.internal.recovery.Settlement;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.internal.segment.StateFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier process has left and opening has found. Opening itself deletes left-overs alone; the first sync makes
 * durable what nothing proves durable, and the first segment of a new epoch sets aside what is no longer part of the
 * log.
 */
final class Aftermath {
  /** Of a stream that did not exist before. */
  static final Aftermath NONE = new Aftermath(null, SetAside.NOTHING, null, false);

  private final @Nullable Settlement settlement;
  private final SetAside beyond;
  private final @Nullable ScannedSegment emptyLast;
  private final boolean damaged;

  private Aftermath(@Nullable Settlement settlement, SetAside beyond, @Nullable ScannedSegment emptyLast,
      boolean damaged) {
    this.settlement = settlement;
    this.beyond = beyond;
    this.emptyLast = emptyLast;
    this.damaged = damaged;
  }

  /** Returns that of a scan. */
  static Aftermath of(SegmentFiles files, Recovered recovered, RingFrames ring) {
    return new Aftermath(Settlement.of(files, recovered, ring), new SetAside(recovered.beyond(), recovered.end()),
        recovered.emptyLast(), recovered.isCorrupt());
  }

  /**
   * Deletes the segments that truncations have left. A deletion must not become durable before what justifies it: the
   * names, and the floor, may so far only be in the page cache. Nothing justifies the deletion of a file that was only
   * being prepared: it is part of nothing.
   */
  static void deleteLeftOvers(SegmentFiles files, Recovered recovered, StateFile state) throws IOException {
    var listing = recovered.files();
    if (hasBegunForGood(recovered) && listing.belowFloor().isEmpty() && listing.cutOff().isEmpty()) {
      return; // what this process promises of the other names it found, it promises after a sync of its own
    }
    var directory = files.directory();
    directory.sync();
    var floorIsThere = !listing.live().isEmpty() && listing.live().getFirst() == listing.floor();
    if (!listing.belowFloor().isEmpty() && floorIsThere) {
      state.raiseFloor(listing.floor());
      for (var firstId : listing.belowFloor()) {
        directory.delete(Names.segment(firstId));
      }
    }
    if (!recovered.isCorrupt()) {
      for (var firstId : listing.cutOff()) {
        directory.delete(Names.segment(firstId));
      }
    }
    if (!listing.cutOff().isEmpty()) {
      directory.sync();
    }
  }

  /**
   * Returns whether the name that began the newest history is known to be durable: else what it has cut off, which
   * nobody sees any more, might come back. A stream that is created has its first one before it has its own.
   */
  private static boolean hasBegunForGood(Recovered recovered) {
    var slot = recovered.state().newest();
    var epoch = recovered.files().newestEpoch();
    return epoch <= 1 || (slot != null && slot.branchEpoch() >= epoch);
  }

  /** Returns whether records were found of which nothing proves that they are durable. */
  boolean isUnsettled() {
    return settlement != null && !settlement.isEmpty();
  }

  /** Returns whether damage was found and the history that goes on without it has not begun yet. */
  boolean isDamaged() {
    return damaged;
  }

  /** Makes the records that were found durable; returns what is left to be done. */
  Aftermath settle(FailStop failStop) throws IOException {
    if (settlement == null) {
      return this;
    }
    try {
      if (!settlement.isEmpty()) {
        settlement.run();
      }
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail(e);
      throw e;
    }
    return new Aftermath(null, beyond, emptyLast, damaged);
  }

  /** Returns where the history before {@code id} ends if a segment without records that begins there tells, or null. */
  @Nullable
  StartFrame endAt(long id) {
    return emptyLast != null && emptyLast.firstId() == id ? emptyLast.start() : null;
  }

  /** Keeps the bytes of what lies beyond the end that was decided on; returns what is left to be done. */
  Aftermath setAside(SegmentFiles files, long newEpoch, FailStop failStop) throws IOException {
    beyond.copyFirst(files.directory(), newEpoch);
    try {
      beyond.renameOthers(files.directory(), newEpoch);
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail(e);
      throw e;
    }
    return new Aftermath(settlement, SetAside.NOTHING, emptyLast, damaged);
  }
}
