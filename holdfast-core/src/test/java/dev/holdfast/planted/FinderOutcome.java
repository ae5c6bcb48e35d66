package dev.holdfast.planted;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What came of running tests.
 *
 * @param tests how many have run
 * @param millis how long it took until the first failure, or the end
 * @param failed the test that failed, empty if none did
 * @param skipped whether all were skipped, because what they need is not there
 * @param assertion whether it failed by an assertion, and not because it broke down
 * @param said what it said, with its causes
 */
record FinderOutcome(int tests, long millis, String failed, boolean skipped, boolean assertion,
    List<String> said) {

  /** Returns it as lines of a file. */
  List<String> lines() {
    var lines = new ArrayList<>(List.of(Integer.toString(tests), Long.toString(millis), failed,
        Boolean.toString(skipped), Boolean.toString(assertion)));
    lines.addAll(said);
    return lines;
  }

  /** Reads what {@link #lines()} gave. */
  static FinderOutcome read(Path file) {
    var lines = Lines.of(file);
    return new FinderOutcome(Integer.parseInt(lines.get(0)), Long.parseLong(lines.get(1)), lines.get(2),
        Boolean.parseBoolean(lines.get(3)), Boolean.parseBoolean(lines.get(4)), lines.subList(5, lines.size()));
  }

  boolean hasFailed() {
    return !failed.isEmpty();
  }

  /** Returns what was said as one text. */
  String text() {
    return String.join("\n", said);
  }
}
