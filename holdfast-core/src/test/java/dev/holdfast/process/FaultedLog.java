package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A log that is used in every way while something fails, and what must and may be in it afterwards. */
final class FaultedLog {
  private static final String OPEN = "open STRICT 4096 6";
  private static final String OPENED = "opened";

  private final LogProgram program;
  private final Path log;
  /** What was acknowledged and not given up since, by id from {@link #first}. */
  private final List<String> kept = new ArrayList<>();
  private final Set<String> attempted = new HashSet<>();
  private final List<String> errors = new ArrayList<>();
  private int first;
  private int names;
  /** A truncation from the back failed: it has happened or not. */
  private int mayEndAt = Integer.MAX_VALUE;

  FaultedLog(LogProgram program, Path log) {
    this.program = program;
    this.log = log;
  }

  Path log() {
    return log;
  }

  /** Returns what the log reported. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  /** Fills it, while nothing fails, with more than one segment and an end that was not closed. */
  void prepare() throws IOException {
    program.ask("at " + log);
    assertEquals(OPENED, program.ask(OPEN));
    append(9);
    assertEquals(List.of(), errors);
    assertEquals("closed", program.ask("close"));
  }

  /** Uses it in every way. */
  void use() throws IOException {
    for (var attempt = 0; !answered(program.ask(OPEN)); attempt++) {
      assertTrue(attempt < 3, () -> "one fault, and it does not open: " + errors);
    }
    append(4);
    batch(3);
    truncateBefore(first + 7);
    append(5);
    truncateFrom(first + kept.size() - 2);
    append(3);
    batch(5);
    read();
    if (answered(program.ask("append t other 1")) && answered(program.ask("delete t"))) {
      answered(program.ask("append t other 1"));
    }
    answered(program.ask("sync s"));
    append(1);
    answered(program.ask("close"));
  }

  /** Opens it again, now that nothing fails any more. */
  void checkAfterwards() throws IOException {
    program.ask("close");
    assertEquals(OPENED, program.ask(OPEN), log::toString);
    var read = program.ask("read s 0");
    var ends = program.ask("ends s");
    assertTrue(ends.matches("[0-9]+ [0-9]+ [0-9]+"), () -> "does not open any more, " + log + ": " + ends + "; read: "
        + read + "; reported before: " + errors + "; kept from " + first + " " + kept);
    check(read, ends);
    var id = Integer.parseInt(program.ask("ends s").split(" ", -1)[2]);
    assertEquals("[" + id + "]", program.ask("append s again 1"));
    assertEquals("again-0", program.ask("get s " + id));
    assertTrue(program.ask("append t again 1").matches("\\[[0-9]\\]"));
    assertEquals("closed", program.ask("close"));
  }

  private void check(String read, String ends) {
    var found = List.of(read.substring(1, read.length() - 1).split(", ", -1));
    var begins = Integer.parseInt(ends.split(" ", -1)[0]);
    var context = " in " + log + ": found from " + begins + " " + found + ", kept from " + first + " " + kept + ", "
        + errors;
    assertTrue(begins <= first, () -> "truncated too far" + context);
    var keptEnd = Math.min(first + kept.size(), mayEndAt);
    for (var id = first; id < keptEnd; id++) {
      var at = id - begins;
      assertTrue(at < found.size() && found.get(at).equals(kept.get(id - first)), "lost: " + id + context);
    }
    for (var record : found.subList(keptEnd - begins, found.size())) {
      assertTrue(attempted.contains(record), () -> "never appended: " + record + context);
    }
  }

  private void append(int count) throws IOException {
    for (var i = 0; i < count; i++) {
      var name = nextName(1);
      var answer = program.ask("append s " + name + " 1");
      if (answered(answer)) {
        assertEquals("[" + (first + kept.size()) + "]", answer);
        kept.add(name + "-0");
      }
    }
  }

  private void batch(int count) throws IOException {
    var name = nextName(count);
    var answer = program.ask("batch s " + name + " " + count);
    if (answered(answer)) {
      assertEquals("IdRange[start=" + (first + kept.size()) + ", end=" + (first + kept.size() + count) + "]", answer);
      for (var i = 0; i < count; i++) {
        kept.add(name + "-" + i);
      }
    }
  }

  private String nextName(int count) {
    var name = "r" + names++;
    for (var i = 0; i < count; i++) {
      attempted.add(name + "-" + i);
    }
    return name;
  }

  private void truncateBefore(int id) throws IOException {
    answered(program.ask("truncateBefore s " + id));
    while (first < id && !kept.isEmpty()) { // up to there it may be gone
      kept.removeFirst();
      first++;
    }
  }

  private void truncateFrom(int id) throws IOException {
    if (id < first) {
      return;
    }
    if (answered(program.ask("truncateFrom s " + id))) {
      while (first + kept.size() > id) {
        attempted.remove(kept.removeLast());
      }
    } else {
      mayEndAt = id;
    }
  }

  /** Reading gives what is there, or an error, never less. */
  private void read() throws IOException {
    var read = program.ask("read s 0");
    if (read.contains("Exception")) {
      errors.add(read.substring(1, read.length() - 1).replaceAll("^.*?(?=[A-Za-z]+Exception)", ""));
    } else if (mayEndAt == Integer.MAX_VALUE) {
      check(read, program.ask("ends s"));
    }
  }

  private boolean answered(String answer) {
    if (answer.contains("Exception")) {
      errors.add(answer);
      return false;
    }
    return true;
  }
}
