package dev.holdfast.testkit;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where in a run the crash comes, as text that still fits when other threads bring the operations into another order:
 * {@code WRITE#3@disk:/log} is right before the third write to that file.
 */
record CrashPoint(String text) {
  static final CrashPoint END = new CrashPoint("END");
  private static final String CUT = "CUT#";

  /** The power goes instead of the operation of this number, and the program goes on without. */
  static CrashPoint cutAt(long operation) {
    return new CrashPoint(CUT + operation);
  }

  /** Returns the operation at which the power really goes, or 0. */
  long cut() {
    return text.startsWith(CUT) ? Long.parseLong(text.substring(CUT.length())) : 0;
  }

  /** Gives the operations of one run their points. */
  static final class Counter {
    private final Map<String, Integer> seen = new HashMap<>();

    CrashPoint before(Operation operation) {
      @Nullable
      String newName = operation.newName();
      String where = operation.path().replace(' ', '+') + (newName == null ? "" : ">" + newName.replace(' ', '+'));
      int nth = seen.merge(operation.kind() + where, 1, Integer::sum);
      return new CrashPoint(operation.kind() + "#" + nth + "@" + where);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
