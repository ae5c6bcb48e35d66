package dev.holdfast.cli;

import dev.holdfast.CorruptionException;
import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.Wal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads every record of a stream, which checks every checksum; goes on behind damage with the next segment. */
final class Verifier {
  private final LogStream stream;
  private final Runnable step;
  private final List<Damage> damages = new ArrayList<>();
  private long records;
  private long bytes;

  /**
   * Something unreadable.
   *
   * @param file the file, relative to the log; empty if it is not known
   * @param offset where in it, or -1
   * @param id the first record that cannot be read
   * @param problem what was found and what was expected
   */
  record Damage(String file, long offset, long id, String problem) {
    static Damage of(CorruptionException e) {
      return new Damage(e.file(), e.offset(), e.id(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * What is known of a stream after reading it.
   *
   * @param stream its name
   * @param firstId its first id
   * @param nextId the end that was to be reached
   * @param records how many records could be read
   * @param bytes their bytes
   * @param recovery what opening it found; null if it could not be opened
   * @param damages what could not be read
   * @param duration how long it took
   */
  record Verdict(String stream, long firstId, long nextId, long records, long bytes, @Nullable RecoveryReport recovery,
      List<Damage> damages, Duration duration) {
    boolean sound() {
      return damages.isEmpty();
    }
  }

  private Verifier(LogStream stream, Runnable step) {
    this.stream = stream;
    this.step = step;
  }

  /** Reads a stream; calls {@code step} for each record. */
  static Verdict verify(Wal wal, String name, Runnable step) {
    var start = System.nanoTime();
    LongSupplier elapsed = () -> System.nanoTime() - start;
    LogStream stream;
    try {
      stream = wal.stream(name);
    } catch (CorruptionException e) {
      return new Verdict(name, 0, 0, 0, 0, null, List.of(Damage.of(e)), Duration.ofNanos(elapsed.getAsLong()));
    }
    return new Verifier(stream, step).run(elapsed);
  }

  private Verdict run(LongSupplier elapsed) {
    var first = stream.firstId();
    var end = stream.nextId();
    var next = first;
    while (next < end) {
      next = readFrom(next, end);
    }
    var recovery = stream.recovery();
    if (recovery.outcome() == RecoveryReport.Outcome.CORRUPT && damages.isEmpty()) {
      probeBeyond(end, recovery);
    }
    return new Verdict(stream.name(), first, end, records, bytes, recovery, List.copyOf(damages),
        Duration.ofNanos(elapsed.getAsLong()));
  }

  /** Reads until the end or the first damage; returns the id to go on with. */
  private long readFrom(long from, long end) {
    try (var cursor = stream.read(from)) {
      var expected = cursor.nextId();
      try {
        while (expected < end) {
          if (!cursor.next()) {
            return missing(expected, end);
          }
          expected = count(cursor.id(), cursor.length(), expected);
        }
        return end;
      } catch (CorruptionException e) {
        damages.add(Damage.of(e));
        return nextSegment(Math.max(expected, e.id()), end);
      } catch (CursorInvalidatedException _) {
        // A live writer has truncated what was to be read: at the front (go on with what is left) or at the back.
        return stream.firstId() > expected ? stream.firstId() : end;
      }
    }
  }

  private long count(long id, int length, long expected) {
    // A live writer may truncate from the front between two steps, so ids may go up, but only as far as the first id.
    if (id != expected && (id < expected || id > stream.firstId())) {
      damages.add(new Damage("", -1, expected, "the record after " + (expected - 1) + " has the id " + id));
    }
    records++;
    bytes += length;
    step.run();
    return id + 1;
  }

  private long missing(long expected, long end) {
    if (stream.nextId() >= end) {
      damages.add(new Damage("", -1, expected, "the stream ends before its end " + end));
    }
    return end;
  }

  /** Nothing of a segment can be found behind damage, but the next segment has a place of its own. */
  private long nextSegment(long damaged, long end) {
    return stream.segments().stream().map(SegmentInfo::ids).filter(ids -> ids.start() > damaged)
        .mapToLong(ids -> ids.start()).min().orElse(end);
  }

  /** The end that a reader sees may lie before the damage that opening found. */
  private void probeBeyond(long end, RecoveryReport recovery) {
    try (var cursor = stream.read(end)) {
      if (!cursor.next()) {
        damages.add(new Damage("", -1, end, String.join("; ", recovery.notes())));
      }
    } catch (CorruptionException e) {
      damages.add(Damage.of(e));
    }
  }
}
