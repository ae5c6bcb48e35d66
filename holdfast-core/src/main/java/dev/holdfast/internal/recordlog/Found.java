package dev.holdfast.internal.recordlog;

import dev.holdfast.CorruptionException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.Decision;
import dev.holdfast.internal.recovery.Evidence;
import dev.holdfast.internal.recovery.Evidence.Kind;
import dev.holdfast.internal.recovery.Evidence.Obstacle;
import dev.holdfast.internal.recovery.Evidence.Place;
import dev.holdfast.internal.recovery.ScannedSegment;
import dev.holdfast.internal.recovery.SegmentScanner;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What reading a record log through has found, and what was decided: {@code docs/CRASH-SAFETY.md}, "The record log".
 *
 * @param header its header, null if it is damaged
 * @param slot the slot that counts, null if there is none
 * @param evidence the evidence
 * @param decision the decision
 */
record Found(@Nullable SegmentHeader header, @Nullable StateSlot slot, Evidence evidence, Decision decision) {

  /**
   * Reads a file through. Changes nothing.
   *
   * @throws IllegalArgumentException if it is no record log
   */
  static Found in(RecordFile where, LogFile file) throws IOException {
    var header = where.readHeader(file);
    if (header == null) {
      var problem = file.size() == 0
          ? "the file is empty; if there is nothing to be restored, delete it to begin anew"
          : "the header is damaged";
      return of(null, null, new Evidence(0, 0, false, true, new Place(where.name(), 0),
          new Obstacle(Kind.DAMAGED_HEADER, new Place(where.name(), 0), problem)));
    }
    // Before the frames: what a writer acknowledges in between is then found beyond it, and not missed.
    var slot = Watermark.read(file, header);
    var result = SegmentScanner.scan(new FrameArea(file, header), header, 0);
    if (!result.unsupported().isEmpty()) {
      throw new UnsupportedFormatException(where.label() + " uses " + result.unsupported()
          + ", which this version does not have: use a newer version of the program");
    }
    var segment = result.segment();
    var obstacle = obstacle(where.name(), header, slot, segment, file.size());
    var foreign = obstacle != null && obstacle.kind() == Kind.FOREIGN_SEGMENT;
    return of(header, slot, new Evidence(segment == null || foreign ? 0 : segment.endId(),
        Math.max(result.proved(), slot == null ? 0 : slot.watermark()), false,
        result.residue() || file.size() > header.reserved(),
        new Place(where.name(), segment == null ? SegmentHeader.SIZE : segment.endOffset()), obstacle));
  }

  private static Found of(@Nullable SegmentHeader header, @Nullable StateSlot slot, Evidence evidence) {
    return new Found(header, slot, evidence, Decision.of(evidence));
  }

  private static @Nullable Obstacle obstacle(String name, SegmentHeader header, @Nullable StateSlot slot,
      @Nullable ScannedSegment segment, long size) {
    if (size < header.reserved()) {
      return new Obstacle(Kind.CUT_FILE, new Place(name, size),
          "the file was " + header.reserved() + " bytes long and has been cut");
    }
    if (segment == null) {
      return new Obstacle(Kind.DAMAGED_FRAME, new Place(name, SegmentHeader.SIZE),
          "the start frame is damaged: it was durable before the file had its name");
    }
    if (!segment.start().equals(StartFrame.FIRST)) {
      return new Obstacle(Kind.FOREIGN_SEGMENT, new Place(name, SegmentHeader.SIZE), "the file continues another one");
    }
    if (segment.sealed()) {
      return new Obstacle(Kind.DAMAGED_FRAME, new Place(name, segment.endOffset()), "a record log has no seal");
    }
    return slot == null
        ? new Obstacle(Kind.DAMAGED_HEADER, new Place(name, Watermark.offset(header)), "both slots at the end of the "
            + "file are damaged: whether records are missing behind the last one found cannot be known")
        : null;
  }

  /** Returns the id after the last record that can be read. */
  long end() {
    return decision.end();
  }

  /** Returns the id below which every record can be read and is durable. */
  long durableEnd() {
    return Math.min(end(), evidence.proved());
  }

  /** Returns where the frames end. */
  long endOffset() {
    return evidence.where().offset();
  }

  boolean isCorrupt() {
    return decision instanceof Decision.Corrupt;
  }

  /** Returns whether an unfinished append follows the last record. */
  boolean isTorn() {
    return decision instanceof Decision.TornTail;
  }

  /** Returns whether there is nothing that is not durable. */
  boolean isSettled() {
    return decision instanceof Decision.EndOfData && evidence.proved() == end();
  }

  /** Returns whether another look has found the same. */
  boolean agrees(@Nullable Found other) {
    return other != null && evidence.end() == other.evidence.end() && evidence.proved() == other.evidence.proved()
        && isCorrupt() == other.isCorrupt() && isTorn() == other.isTorn();
  }

  /** Returns the exception for a damaged log, or for one with an unfinished append. */
  CorruptionException corruption() {
    if (decision instanceof Decision.Corrupt(var end, var kind, var place, var problem)) {
      return new CorruptionException(place.file(), place.offset(), end,
          kind + ": " + problem + ". Nothing was changed; keep a copy of the file");
    }
    return new CorruptionException(evidence.where().file(), endOffset(), end(),
        "TORN_TAIL: an append was not finished; nothing that was durable is missing");
  }
}
