package dev.holdfast.benchmarks.report;

/**
 * A figure that is to stay on one side of a value.
 *
 * @param what what is bounded
 * @param measured what it was
 * @param sense the side it is to be on
 * @param limit the value
 * @param unit the unit of both
 */
public record Bound(String what, double measured, Sense sense, double limit, Unit unit) {

  /** The side of the limit that is good. */
  public enum Sense {
    /** Not above. */
    AT_MOST,
    /** Not below. */
    AT_LEAST
  }

  /** Returns whether it was on the good side. */
  public boolean kept() {
    return switch (sense) {
      case AT_MOST -> measured <= limit;
      case AT_LEAST -> measured >= limit;
    };
  }

  String text() {
    String side = sense == Sense.AT_MOST ? "at most" : "at least";
    return (kept() ? "kept    " : "MISSED  ") + what + ": " + unit.format(measured) + " (" + side + " "
        + unit.format(limit) + ")";
  }
}
