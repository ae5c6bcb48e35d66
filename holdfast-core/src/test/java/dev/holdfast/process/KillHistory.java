package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What must be in the log after a kill: what was in it before, what the writer process told until it died, and what it
 * was about to do.
 */
final class KillHistory {
  private static final int EARLIER = -1;

  /** What is in a log. */
  record Content(long firstId, long nextId, NavigableMap<Long, KillRecord> records) {
    static final Content NONE = new Content(0, 0, new TreeMap<>());

    /** Reads a whole stream. */
    static Content of(LogStream stream) {
      var records = new TreeMap<Long, KillRecord>();
      try (var cursor = stream.read(0)) {
        for (var id = stream.firstId(); cursor.next(); id++) {
          assertEquals(id, cursor.id());
          records.put(id, KillRecord.of(cursor.copyPayload()));
        }
      }
      return new Content(stream.firstId(), stream.nextId(), records);
    }
  }

  /** Which of the acknowledged appends outlive what has happened. */
  enum Kept {
    /** Each: the process died, or the policy is STRICT. */
    ALL,
    /** Batches, and what is before one: the power went under BATCH_ONLY. */
    BATCHES
  }

  /** An append that was acknowledged: between which events. */
  private record Acknowledged(long id, KillRecord record, int begun, int done) {}

  /** A truncation from the back. */
  private record Cut(long id, int begun, int done) {
    boolean isOver() {
      return done != Integer.MAX_VALUE;
    }

    boolean isAfter(Acknowledged append) {
      return append.done < begun;
    }

    boolean isBefore(Acknowledged append) {
      return append.begun > done;
    }
  }

  /** One operation of one thread. */
  private record Operation(int writer, int number) {}

  private final Content before;
  private final Kept kept;
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<Cut> cuts = new ArrayList<>();
  private final Map<Operation, KillEvent> begun = new HashMap<>();
  private final Map<Operation, KillEvent> finished = new HashMap<>();
  private long mayBeTruncatedBefore;
  private long isTruncatedBefore;
  private long syncedEnd;

  /** A history after which everything acknowledged is kept. */
  KillHistory(Content before, List<KillEvent> events) {
    this(before, events, Kept.ALL);
  }

  KillHistory(Content before, List<KillEvent> events, Kept kept) {
    this.before = before;
    this.kept = kept;
    syncedEnd = before.nextId; // it was read from the disk after the power had gone, or nothing was lost with the process
    mayBeTruncatedBefore = before.firstId;
    isTruncatedBefore = before.firstId;
    before.records.forEach((id, record) -> acknowledged.add(new Acknowledged(id, record, EARLIER, EARLIER)));
    var starts = new HashMap<Operation, Integer>();
    for (var i = 0; i < events.size(); i++) {
      add(i, events.get(i), starts);
    }
  }

  private void add(int at, KillEvent event, Map<Operation, Integer> starts) {
    var operation = new Operation(event.writer(), event.operation());
    switch (event.kind()) {
      case OPENED -> {
        assertEquals("[" + before.firstId + ", " + before.nextId + ")",
            "[" + event.first() + ", " + event.second() + ")", "records at opening");
      }
      case APPENDING -> {
        begun.put(operation, event);
        starts.put(operation, at);
      }
      case APPENDED -> {
        finished.put(operation, event);
        for (var i = 0; i < event.count(); i++) {
          acknowledged.add(new Acknowledged(event.first() + i,
              new KillRecord(event.writer(), event.operation(), i, event.count()),
              Objects.requireNonNull(starts.get(operation)), at));
        }
      }
      case TRUNCATING_BEFORE -> mayBeTruncatedBefore = Math.max(mayBeTruncatedBefore, event.first());
      case TRUNCATED_BEFORE -> isTruncatedBefore = Math.max(isTruncatedBefore, event.second());
      case TRUNCATING_FROM -> {
        cuts.add(new Cut(event.first(), at, Integer.MAX_VALUE));
        syncedEnd = Math.min(syncedEnd, event.first());
      }
      case SYNCED -> syncedEnd = Math.max(syncedEnd, event.first()); // told by the thread that truncates
      case TRUNCATED_FROM -> cuts.add(new Cut(event.first(), cuts.removeLast().begun, at));
      case FAILED -> throw new AssertionError("the writer process met an error, see above");
      default -> {
      }
    }
  }

  int acknowledgements() {
    return finished.size();
  }

  /** Returns how many truncations from the back there were. */
  int cuts() {
    return cuts.size();
  }

  /** Checks what was found. */
  void check(Content found) {
    assertTrue(found.firstId >= isTruncatedBefore && found.firstId <= mayBeTruncatedBefore,
        () -> "first id " + found.firstId + ", truncated before " + isTruncatedBefore + " to " + mayBeTruncatedBefore);
    nothingAcknowledgedIsLost(found);
    unfinishedCutIsAllOrNothing(found);
    nothingIsThereThatWasNeverAppended(found);
    noBatchIsTorn(found);
    eachThreadsRecordsAreInOrder(found);
  }

  private void nothingAcknowledgedIsLost(Content found) {
    var keptEnd = keptEnd();
    for (var append : acknowledged) {
      if (append.id < found.firstId) {
        continue;
      }
      var there = append.record.equals(found.records.get(append.id));
      if (isGone(append)) {
        assertTrue(!there,
            () -> append + " was cut off and is there again; the log is [" + found.firstId + ", " + found.nextId
                + "), cuts: "
                + cuts + "; around it: " + around(append.id, found));
      } else if (!mayBeGone(append) && (append.id < keptEnd || append.id < found.nextId)) {
        assertTrue(there, () -> append + " is lost; there is " + found.records.get(append.id) + ", the log is ["
            + found.firstId + ", " + found.nextId + ")");
      }
    }
  }

  private static Map<Long, KillRecord> around(long id, Content found) {
    return new TreeMap<>(found.records).subMap(Math.max(0, id - 3), id + 4);
  }

  /** Returns the id below which every acknowledged append of the history that goes on is kept. */
  private long keptEnd() {
    if (kept == Kept.ALL) {
      return Long.MAX_VALUE;
    }
    return acknowledged.stream().filter(append -> append.record.count() > 1 && !isGone(append) && !mayBeGone(append))
        .mapToLong(append -> append.id + 1).reduce(syncedEnd, Math::max);
  }

  private boolean isGone(Acknowledged append) {
    return cuts.stream().anyMatch(cut -> cut.isOver() && cut.id <= append.id && cut.isAfter(append));
  }

  private boolean mayBeGone(Acknowledged append) {
    return cuts.stream().anyMatch(cut -> cut.id <= append.id && !cut.isBefore(append));
  }

  private void unfinishedCutIsAllOrNothing(Content found) {
    if (cuts.isEmpty() || cuts.getLast().isOver()) {
      return;
    }
    var cut = cuts.getLast();
    var fates = new HashSet<Boolean>();
    for (var append : acknowledged) {
      if (append.id >= cut.id && append.id >= found.firstId && cut.isAfter(append) && onlyCutBy(append, cut)
          && (kept == Kept.ALL || append.record.count() > 1 || append.done == EARLIER)) {
        fates.add(append.record.equals(found.records.get(append.id)));
      }
    }
    assertTrue(fates.size() < 2, () -> cut + " happened in part");
  }

  private boolean onlyCutBy(Acknowledged append, Cut last) {
    return cuts.stream().noneMatch(cut -> !cut.equals(last) && cut.id <= append.id && !cut.isBefore(append));
  }

  private void nothingIsThereThatWasNeverAppended(Content found) {
    Set<KillRecord> seen = new HashSet<>();
    assertEquals(found.nextId - found.firstId, found.records.size(), "records");
    found.records.forEach((id, record) -> {
      assertTrue(seen.add(record), () -> record + " is there twice");
      if (!record.equals(before.records.get(id))) {
        var operation = new Operation(record.writer(), record.operation());
        var start = begun.get(operation);
        assertTrue(start != null && start.count() == record.count(), () -> record + " was never appended, id " + id);
        var end = finished.get(operation);
        assertTrue(end == null || end.first() + record.index() == id, () -> record + " has id " + id + ", not as told");
      }
    });
  }

  /** A batch is whole, but for what a truncation from the back in the middle of it has left. */
  private void noBatchIsTorn(Content found) {
    found.records.forEach((id, record) -> {
      assertTrue(record.index() == 0 || isSibling(found.records.get(id - 1), record, -1),
          () -> record + " at " + id + " has lost the one before it");
      assertTrue(record.index() == record.count() - 1 || isSibling(found.records.get(id + 1), record, 1)
          || isCutAt(id + 1), () -> record + " at " + id + " has lost the one after it");
    });
  }

  private boolean isCutAt(long id) {
    return cuts.stream().anyMatch(cut -> cut.id == id) || endsInHalfABatch(id);
  }

  /** It was a half already before this round. */
  private boolean endsInHalfABatch(long id) {
    var last = before.records.get(id - 1);
    return last != null && !isSibling(before.records.get(id), last, 1);
  }

  private static boolean isSibling(@Nullable KillRecord other, KillRecord record, int distance) {
    return other != null && other.writer() == record.writer()
        && other.operation() == record.operation() && other.index() == record.index() + distance;
  }

  private static void eachThreadsRecordsAreInOrder(Content found) {
    var last = new HashMap<Integer, KillRecord>();
    found.records.forEach((id, record) -> {
      var previous = last.put(record.writer(), record);
      assertTrue(previous == null || previous.operation() < record.operation()
          || (previous.operation() == record.operation() && previous.index() < record.index()),
          () -> record + " at " + id + " comes after " + previous);
    });
  }
}
