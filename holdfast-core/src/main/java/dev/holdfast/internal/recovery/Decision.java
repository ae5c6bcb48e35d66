package dev.holdfast.internal.recovery;

import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.internal.recovery.Evidence.Kind;
import dev.holdfast.internal.recovery.Evidence.Place;

/**
 * What the end of a stream is. A pure function of the evidence: the table in {@code docs/CRASH-SAFETY.md}, "The
 * decision".
 */
public sealed interface Decision {

  /** Returns the id at which the stream goes on. */
  long end();

  /** Returns what the user is told. */
  Outcome outcome();

  /** The stream was closed in order. */
  record Sealed(long end) implements Decision {
    @Override
    public Outcome outcome() {
      return Outcome.CLEAN;
    }
  }

  /** The stream was not closed; nothing follows its last record. */
  record EndOfData(long end) implements Decision {
    @Override
    public Outcome outcome() {
      return Outcome.UNCLEAN;
    }
  }

  /** The stream was not closed; what follows its last record was never durable. */
  record TornTail(long end) implements Decision {
    @Override
    public Outcome outcome() {
      return Outcome.TORN_TAIL;
    }
  }

  /** Records that were durable, or a structure that was, are damaged or missing. */
  record Corrupt(long end, Kind kind, Place place, String problem) implements Decision {
    @Override
    public Outcome outcome() {
      return Outcome.CORRUPT;
    }
  }

  /** Decides. */
  static Decision of(Evidence evidence) {
    var obstacle = evidence.obstacle();
    var end = evidence.end();
    if (obstacle != null) {
      return new Corrupt(end, obstacle.kind(), obstacle.place(), obstacle.problem() + lost(evidence));
    }
    if (end < evidence.proved()) {
      return new Corrupt(end, Kind.DAMAGED_FRAME, evidence.where(), "no valid frame continues here" + lost(evidence));
    }
    if (evidence.sealed()) {
      return new Sealed(end);
    }
    return evidence.residue() ? new TornTail(end) : new EndOfData(end);
  }

  private static String lost(Evidence evidence) {
    return evidence.end() < evidence.proved()
        ? "; records " + evidence.end() + " to " + (evidence.proved() - 1) + " were durable and are lost"
        : "";
  }
}
