package dev.holdfast.cli;

import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compares a stream with the lines that should be in it, byte for byte and id by id. Belongs to one thread. */
final class DemoCheck {
  /** More would only hide the first ones. */
  private static final int MAX_PROBLEMS = 20;

  private final DemoInput input;
  private final DemoLedger ledger;
  private final List<String> problems = new ArrayList<>();
  private final List<Integer> unmatched = new ArrayList<>();
  private int confirmed;
  private int keptInFlight;
  private long bytes;

  /**
   * What a comparison found.
   *
   * @param confirmed how many records are, under their ids, the lines they were known to be
   * @param keptInFlight how many records are lines whose append was under way
   * @param lostInFlight how many lines whose append was under way are not there
   * @param bytes the bytes of all records
   * @param problems what should not be; empty if every promise was kept
   */
  record Result(int confirmed, int keptInFlight, int lostInFlight, long bytes, List<String> problems) {
    boolean kept() {
      return problems.isEmpty();
    }
  }

  private DemoCheck(DemoInput input, DemoLedger ledger) {
    this.input = input;
    this.ledger = ledger;
  }

  /**
   * After a crash: every acknowledged line is under its id; every other record is a line whose append was under way,
   * each at most once. Those are noted in the ledger.
   */
  static Result afterCrash(DemoInput input, DemoLedger ledger, LogStream stream, Progress progress) {
    var check = new DemoCheck(input, ledger);
    check.unmatched.addAll(ledger.inFlight());
    check.compare(stream, progress);
    return check.result();
  }

  /** At the end: every record is a line, every line is there, none twice. */
  static Result complete(DemoInput input, DemoLedger ledger, LogStream stream, Progress progress) {
    var check = new DemoCheck(input, ledger);
    check.compare(stream, progress);
    if (check.confirmed != input.count() && check.problems.isEmpty()) {
      check.problem("there are " + check.confirmed + " records for " + input.count() + " lines");
    }
    return check.result();
  }

  private void compare(LogStream stream, Progress progress) {
    if (stream.firstId() != 0) {
      problem("the stream begins with id " + stream.firstId() + ", not 0");
      return;
    }
    var lineOfId = ledger.linesById(Math.toIntExact(stream.nextId()), this::problem);
    try (var cursor = stream.read(0)) {
      var expected = 0L;
      while (cursor.next()) {
        if (cursor.id() != expected || expected >= lineOfId.length) {
          problem("after id " + (expected - 1) + " comes id " + cursor.id());
          return;
        }
        compare(cursor, lineOfId[(int) expected++]);
        progress.step();
      }
      if (expected < lineOfId.length) {
        problem("the records from id " + expected + " on cannot be read");
      }
    }
  }

  private void compare(RecordCursor cursor, int line) {
    var record = cursor.copyPayload();
    bytes += record.length;
    if (line < 0) {
      matchInFlight(cursor.id(), record);
    } else if (Arrays.equals(record, input.line(line))) {
      confirmed++;
    } else {
      problem("record " + cursor.id() + " is not line " + (line + 1) + ", under whose id it is");
    }
  }

  /** Lines may be equal: then which of them it was makes no difference, as long as each is matched once. */
  private void matchInFlight(long id, byte[] record) {
    for (var lines = unmatched.iterator(); lines.hasNext();) {
      var line = lines.next();
      if (Arrays.equals(record, input.line(line))) {
        lines.remove();
        ledger.found(line, id);
        keptInFlight++;
        return;
      }
    }
    problem("record " + id + " is no line whose append was under way");
  }

  private void problem(String problem) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    }
  }

  private Result result() {
    return new Result(confirmed, keptInFlight, unmatched.size(), bytes, List.copyOf(problems));
  }
}
