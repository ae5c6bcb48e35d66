package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.process.KillHistory.Content;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What must be in a stream of {@link BriefStreams} after its writer died: what it held after the last operation that
 * was told to be over, or after one begun since. Empty means that it is not there.
 */
final class BriefHistory {
  private final Set<Optional<List<KillRecord>>> possible = new HashSet<>();
  private Optional<List<KillRecord>> latest;

  /**
   * A history that began with this.
   *
   * @param before what was in the stream before these events; null if it was not there
   */
  BriefHistory(@Nullable Content before, List<KillEvent> events) {
    latest = recordsOf(before);
    possible.add(latest);
    events.forEach(this::add);
  }

  private static Optional<List<KillRecord>> recordsOf(@Nullable Content content) {
    return Optional.ofNullable(content).map(there -> List.copyOf(there.records().values()));
  }

  private void add(KillEvent event) {
    switch (event.kind()) {
      case DELETING -> begins(Optional.empty());
      case APPENDING -> {
        if (latest.isEmpty()) {
          possible.add(Optional.of(List.of())); // created, and nothing appended yet
        }
        var records = new ArrayList<>(latest.orElse(List.of()));
        IntStream.range(0, event.count())
            .forEach(i -> records.add(new KillRecord(event.writer(), event.operation(), i, event.count())));
        begins(Optional.of(List.copyOf(records)));
      }
      case APPENDED -> {
        assertEquals(latest.orElseThrow().size() - event.count(), event.first(), "the id told");
        isOver();
      }
      case DELETED -> isOver();
      default -> throw new AssertionError("unexpected: " + event);
    }
  }

  private void begins(Optional<List<KillRecord>> after) {
    latest = after;
    possible.add(after);
  }

  private void isOver() {
    possible.clear();
    possible.add(latest);
  }

  /** Checks what was found; null if the stream is not there. */
  void check(@Nullable Content found) {
    assertTrue(possible.contains(recordsOf(found)), () -> "lost, or there again: found " + found + " instead of "
        + possible);
    assertTrue(found == null || found.firstId() == 0, () -> "first id of " + found);
  }
}
