package dev.holdfast.internal.recovery;

import dev.holdfast.CorruptionException;
import dev.holdfast.IdRange;
import dev.holdfast.RecoveryReport;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.segment.SegmentFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a scan found and what was decided.
 *
 * @param evidence the evidence
 * @param decision the decision
 * @param files the stream's files
 * @param state what STATE says
 * @param scanned the segments that were read through and continue each other
 * @param blank the names of segments that hold nothing
 * @param bytesScanned how much was read
 * @param scanNanos how long that took, ns
 */
public record Recovered(Evidence evidence, Decision decision, StreamFiles files, StateSlot.Contents state,
    List<ScannedSegment> scanned, Set<String> blank, long bytesScanned, long scanNanos) {

  /** Returns the id at which the stream goes on. */
  public long end() {
    return decision.end();
  }

  /** Returns the id below which everything was durable, and still is there. */
  public long durableEnd() {
    return Math.min(evidence.proved(), end());
  }

  /** Returns the id of the first record. */
  public long firstId() {
    return files.live().isEmpty() ? files.floor() : Math.min(files.live().getFirst(), end());
  }

  /** Returns the first ids of the segments that hold records below the end. */
  public List<Long> segments() {
    var end = end();
    var segments = new ArrayList<Long>();
    for (var id : files.live()) {
      if (id < end) {
        segments.add(id);
      }
    }
    return segments;
  }

  /**
   * Returns the names of segments at or beyond the end that hold something. In a damaged stream left-overs are among
   * them: nothing is deleted on the word of files of which at least one is wrong.
   */
  public List<String> beyond() {
    var candidates = new ArrayList<Long>();
    for (var i = files.live().size() - 1; i >= 0 && files.live().get(i) >= end(); i--) {
      candidates.addFirst(files.live().get(i));
    }
    if (isCorrupt()) {
      candidates.addAll(files.cutOff());
    }
    var beyond = new ArrayList<String>();
    for (var id : candidates) {
      var name = Names.segment(id);
      if (id > end() || !blank.contains(name)) {
        beyond.add(name);
      }
    }
    return beyond;
  }

  /** Returns the segment without a seal that begins with this id and was read through, or null. */
  public @Nullable ScannedSegment unsealedAt(long firstId) {
    for (var segment : scanned) {
      if (segment.firstId() == firstId && !segment.sealed()) {
        return segment;
      }
    }
    return null;
  }

  /** Returns the segment that begins at the end and continues what is before it, if there is one. */
  public @Nullable ScannedSegment emptyLast() {
    return scanned.isEmpty() || scanned.getLast().firstId() != end() ? null : scanned.getLast();
  }

  /** Returns whether the records below the end are all there are of what was promised durable. */
  public boolean isCorrupt() {
    return decision instanceof Decision.Corrupt;
  }

  /** Returns the exception for a corrupt stream. */
  public CorruptionException corruption(SegmentFiles where) {
    if (!(decision instanceof Decision.Corrupt corrupt)) {
      throw new IllegalStateException("not corrupt: " + decision);
    }
    return where.corrupt(corrupt.place().file(), corrupt.place().offset(), corrupt.end(), describe(corrupt));
  }

  /** Returns what is to be said of an unfinished write at the end, or null if there is none. */
  public @Nullable CorruptionException tornTail(SegmentFiles where) {
    if (!(decision instanceof Decision.TornTail)) {
      return null;
    }
    var last = scanned.isEmpty() ? null : scanned.getLast();
    return where.corrupt(last == null ? Names.segment(end()) : Names.segment(last.firstId()),
        last == null ? 0 : last.endOffset(), end(),
        "an unfinished write; nothing that was promised durable is missing. ReplayMode.BEST_EFFORT_TAIL reads up to here, "
            + "opening the log for writing goes on from here");
  }

  private static String describe(Decision.Corrupt corrupt) {
    return corrupt.kind() + ": " + corrupt.problem()
        + ". Keep a copy of the directory; CorruptionPolicy.TRUNCATE goes on from here without what follows";
  }

  /** Returns the report for the user. */
  public RecoveryReport report(String stream, Duration duration) {
    return new RecoveryReport(stream, decision.outcome(), new IdRange(firstId(), Math.max(firstId(), end())),
        durableEnd(),
        scanned.size(), bytesScanned, duration, Duration.ofNanos(scanNanos), notes());
  }

  private List<String> notes() {
    var notes = new ArrayList<String>();
    if (decision instanceof Decision.Corrupt corrupt) {
      notes.add(corrupt.place().file() + " at offset " + corrupt.place().offset() + ": " + corrupt.kind() + ": "
          + corrupt.problem());
    }
    if (state.newest() == null) {
      notes.add("STATE was missing or damaged; rebuilt from the segments");
    }
    for (var name : beyond()) {
      notes.add(name + " lies beyond the end; set aside with the next append");
    }
    for (var name : files.setAside()) {
      notes.add(name + " was set aside before");
    }
    for (var id : files.cutOff()) {
      notes.add(Names.segment(id) + " was left by a truncation from the back");
    }
    for (var id : files.belowFloor()) {
      notes.add(Names.segment(id) + " was left by a truncation from the front");
    }
    return notes;
  }
}
