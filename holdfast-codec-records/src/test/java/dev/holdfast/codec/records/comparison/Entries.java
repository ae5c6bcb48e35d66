package dev.holdfast.codec.records.comparison;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is serialized. */
final class Entries {
  private Entries() {}

  sealed interface Event {}

  record Put(String key, String value, long revision) implements Event {}

  record Placed(long order, String customer, Instant time, List<Line> lines, Optional<String> note) implements Event {}

  record Line(String article, int count, long cents) {}

  /** The first version of a type, and what may become of it. */
  record First(String key, int size) {}

  record Added(String key, int size, Optional<String> owner) {}

  record Removed(String key) {}

  record Renamed(String name, int size) {}

  record Retyped(String key, String size) {}

  static Event put() {
    return new Put("customer/4711/address", "12 Long Road, Smalltown", 1_234_567);
  }

  static Event placed() {
    var lines = new ArrayList<Line>();
    for (var n = 0; n < 10; n++) {
      lines.add(new Line("article-" + n * 37, n + 1, 1999L * n));
    }
    return new Placed(99_120_034, "customer/4711", Instant.ofEpochSecond(1_800_000_000, 123_456_789), lines,
        Optional.of("leave it with the neighbours"));
  }
}
