package dev.holdfast.internal.recovery;

import dev.holdfast.CorruptionException;
import dev.holdfast.IdRange;
import dev.holdfast.RecoveryReport;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.segment.SegmentFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
 */
public record Recovered(Evidence evidence, Decision decision, StreamFiles files, StateSlot.Contents state,
    List<ScannedSegment> scanned, Set<String> blank, long bytesScanned) {

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
    return files.live().stream().filter(id -> id < end()).toList();
  }

  /**
   * Returns the names of segments at or beyond the end that hold something. In a damaged stream left-overs are among
   * them: nothing is deleted on the word of files of which at least one is wrong.
   */
  public List<String> beyond() {
    var beyond = files.live().stream().filter(id -> id >= end());
    var leftOver = files.cutOff().stream().filter(_ -> isCorrupt());
    return Stream.concat(beyond, leftOver).filter(id -> id > end() || !blank.contains(Names.segment(id)))
        .map(Names::segment).toList();
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

  private static String describe(Decision.Corrupt corrupt) {
    return corrupt.kind() + ": " + corrupt.problem()
        + ". Keep a copy of the directory; CorruptionPolicy.TRUNCATE goes on from here without what follows";
  }

  /** Returns the report for the user. */
  public RecoveryReport report(String stream, Duration duration) {
    var outcome = switch (decision) {
      case Decision.Sealed _ -> Outcome.CLEAN;
      case Decision.EndOfData _ -> Outcome.UNCLEAN;
      case Decision.TornTail _ -> Outcome.TORN_TAIL;
      case Decision.Corrupt _ -> Outcome.CORRUPT;
    };
    return new RecoveryReport(stream, outcome, new IdRange(firstId(), Math.max(firstId(), end())), durableEnd(),
        scanned.size(), bytesScanned, duration, notes());
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
    beyond().forEach(name -> notes.add(name + " lies beyond the end; set aside with the next append"));
    files.setAside().forEach(name -> notes.add(name + " was set aside before"));
    files.cutOff().forEach(id -> notes.add(Names.segment(id) + " was left by a truncation from the back"));
    files.belowFloor().forEach(id -> notes.add(Names.segment(id) + " was left by a truncation from the front"));
    return notes;
  }
}
