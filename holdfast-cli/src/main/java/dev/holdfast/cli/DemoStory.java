package dev.holdfast.cli;

import dev.holdfast.RecoveryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the demonstration does and finds: step by step as text, or all at the end as JSON. Belongs to one thread.
 */
final class DemoStory {
  private static final String INDENT = " ".repeat(14);

  private final Terminal terminal;
  private final boolean asJson;
  private final JsonObject json = new JsonObject();
  private @Nullable DemoPhase firstPhase;
  private @Nullable DemoPhase secondPhase;
  private int steps;

  DemoStory(Terminal terminal, boolean asJson) {
    this.terminal = terminal;
    this.asJson = asJson;
  }

  void input(Demo.Settings settings, DemoInput input) {
    var store = fileStore(settings.log());
    json.put("input", new JsonObject().put("name", settings.name()).put("lines", input.count())
        .put("bytes", input.sizeBytes())).put("log", settings.log().toString()).put("fileSystem", store)
        .put("writers", settings.writers());
    step("input", Text.visible(settings.name()) + ": " + Text.count(input.count(), "line") + ", "
        + Text.count(input.sizeBytes(), "byte"));
    more("log in " + Text.visible(settings.log().toString()) + " (" + store + ")");
    step("write", "one record a line, " + Text.count(settings.writers(), "thread")
        + ", SyncPolicy.STRICT: acknowledged means on stable storage");
  }

  void writing(long pid) {
    more("in a process of its own, " + pid + ", which reports each acknowledgement over a pipe");
  }

  void killed(DemoPhase phase, int inFlight, int status) {
    firstPhase = phase;
    json.put("killed", phase.json().put("inFlight", inFlight).put("exitStatus", status));
    step("kill -9", "after " + Text.count(phase.records(), "line") + " were acknowledged, with "
        + Text.count(inFlight, "append") + " under way (exit status " + status + ")");
  }

  void recovered(RecoveryReport report, Duration open) {
    json.put("recovery", InfoCommand.json(report).put("openSeconds", open));
    step("recover", Text.duration(report.duration()) + " (" + Text.duration(open) + " with all of opening): "
        + report.outcome() + ", " + Text.ids(report.records()) + "; "
        + Text.count(report.segmentsScanned(), "segment") + " and " + Text.size(report.bytesScanned()) + " scanned");
    report.notes().forEach(note -> more(Text.visible(note)));
  }

  void checked(int acknowledged, DemoCheck.Result check) {
    json.put("check", new JsonObject().put("acknowledged", acknowledged).put("confirmed", check.confirmed())
        .put("inFlightKept", check.keptInFlight()).put("inFlightLost", check.lostInFlight())
        .put("problems", check.problems()));
    step("check", mark(check.confirmed() == acknowledged) + " " + Text.count(check.confirmed()) + " of "
        + Text.count(acknowledged) + " acknowledged lines are there, byte for byte, under their ids");
    more(mark(check.kept()) + " of the appends under way, " + check.keptInFlight()
        + " reached the log and " + check.lostInFlight() + " did not: nobody was told, so either is right");
    if (check.kept()) {
      more(mark(true) + " nothing else is there: no record that is not a line, no line twice");
    }
    problems(check.problems());
  }

  void finished(DemoPhase phase, long syncs) {
    var syncsPerRecord = phase.records() == 0 ? 0 : (double) syncs / phase.records();
    json.put("finished", phase.json().put("syncs", syncs).put("syncsPerRecord", syncsPerRecord));
    step("finish", "the other " + Text.count(phase.records(), "line") + " appended, with "
        + Text.count(syncs, "sync") + ": " + Text.decimal(syncsPerRecord, 2) + " a record");
    secondPhase = phase;
  }

  void readBack(DemoCheck.Result result, Duration duration) {
    var seconds = Math.max(1, duration.toNanos()) / 1e9;
    json.put("readBack", new JsonObject().put("records", result.confirmed()).put("bytes", result.bytes())
        .put("seconds", duration).put("problems", result.problems()));
    step("read back", mark(result.kept()) + " " + Text.count(result.confirmed(), "record")
        + " in the order of their ids: "
        + (result.kept() ? "every line of the input, each exactly once" : "NOT the input"));
    more(Text.count(Math.round(result.confirmed() / seconds)) + " records/s, "
        + Text.decimal(result.bytes() / 1e6 / seconds, 1) + " MB/s, from a log closed and opened again");
    problems(result.problems());
  }

  /** Ends the story. */
  void end(boolean kept, @Nullable Path leftBehind) {
    json.put("kept", kept);
    if (asJson) {
      terminal.out().line(json.toString());
      return;
    }
    figures();
    terminal.out().line("");
    terminal.out().line(kept
        ? terminal.style("bold,green", "Every promise was kept.")
        : terminal.style("bold,red", "A promise was broken."));
    if (leftBehind != null) {
      terminal.out().line("The log is left in " + Text.visible(leftBehind.toString()));
    }
  }

  private void figures() {
    if (firstPhase == null || secondPhase == null) {
      return;
    }
    var table = new Table("ACKNOWLEDGED", ">RECORDS", ">SECONDS", ">RECORDS/S", ">MB/S", ">P50", ">P99");
    row(table, "before the crash", firstPhase);
    row(table, "after it", secondPhase);
    terminal.out().line("");
    table.print(terminal, INDENT);
  }

  private static void row(Table table, String label, DemoPhase phase) {
    table.row(label, Text.count(phase.records()), Text.decimal(phase.duration().toNanos() / 1e9, 2),
        Text.count(Math.round(phase.recordsPerSecond())), Text.decimal(phase.megabytesPerSecond(), 2),
        Text.duration(phase.p50()), Text.duration(phase.p99()));
  }

  private void problems(List<String> problems) {
    problems.forEach(problem -> more(terminal.style("bold,red", "broken") + ": " + Text.visible(problem)));
  }

  private String mark(boolean good) {
    return good ? terminal.style("green", "ok") : terminal.style("bold,red", "NO");
  }

  private void step(String name, String text) {
    steps++;
    if (!asJson) {
      terminal.out().line(terminal.style("bold", String.format(Locale.ROOT, "%2d  %-10s", steps, name)) + text);
      terminal.out().flush();
    }
  }

  private void more(String text) {
    if (!asJson) {
      terminal.out().line(INDENT + text);
      terminal.out().flush();
    }
  }

  /** Whether a sync costs anything depends on it. */
  private static String fileStore(Path directory) {
    try {
      var existing = directory.toAbsolutePath();
      while (!Files.exists(existing) && existing.getParent() != null) {
        existing = existing.getParent();
      }
      return Files.getFileStore(existing).type();
    } catch (IOException _) {
      return "unknown file system";
    }
  }
}
