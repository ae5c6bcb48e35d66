package dev.holdfast.cli;

import dev.holdfast.Wal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads everything, and tells what is damaged. */
@Command(name = "verify", description = {
    "Reads every record of a stream, or of all streams, and checks it against its checksum and its place.",
    "An unfinished write at the end of a log that was not closed is no damage. Ends with 3 if there is damage, and names "
        + "file, offset and id. Opens the log for reading only, and changes nothing: safe beside a live writer.",
    "Of a sharded log with several roots each is verified by itself; its checkpoints are read by 'holdfast checkpoints'."},
    footerHeading = "%nExamples:%n", footer = {"  holdfast verify data", "  holdfast verify data orders --json"})
final class VerifyCommand extends LogCommand {

  @Parameters(index = "1", arity = "0..1", paramLabel = "STREAM", description = "One stream. Default: all.")
  private @Nullable String streamName;

  @Override
  int run() {
    List<Verifier.Verdict> verdicts;
    try (var wal = Logs.openForReading(directory())) {
      if (streamName != null) {
        Logs.requireStream(wal, directory(), streamName);
      }
      verdicts = verify(wal, streamName == null ? wal.streamNames() : List.of(streamName));
    }
    var sound = verdicts.stream().allMatch(Verifier.Verdict::sound);
    if (json()) {
      out().line(new JsonObject().put("sound", sound)
          .put("streams", verdicts.stream().map(VerifyCommand::json).toList()).toString());
    } else {
      print(verdicts);
    }
    return sound ? ExitCode.OK : ExitCode.DAMAGE;
  }

  private List<Verifier.Verdict> verify(Wal wal, List<String> names) {
    try (var progress = new Progress(terminal(), "verifying", -1)) {
      return names.stream().map(name -> Verifier.verify(wal, name, progress::step)).toList();
    }
  }

  private void print(List<Verifier.Verdict> verdicts) {
    var table = new Table("STREAM", ">FIRST ID", ">NEXT ID", ">READ", ">BYTES", ">TIME", "STATE", "VERDICT");
    for (var verdict : verdicts) {
      var recovery = verdict.recovery();
      table.row(Text.visible(verdict.stream()), Long.toString(verdict.firstId()), Long.toString(verdict.nextId()),
          Text.count(verdict.records()), Text.size(verdict.bytes()), Text.duration(verdict.duration()),
          recovery == null ? "?" : recovery.outcome().name(), verdict.sound() ? "sound" : "DAMAGED");
    }
    table.print(terminal(), "");
    for (var verdict : verdicts) {
      verdict.damages().forEach(damage -> out().line(terminal().style("bold,red", "damage") + " in '"
          + Text.visible(verdict.stream()) + "': " + Text.visible(damage.problem())));
    }
    var damaged = verdicts.stream().filter(verdict -> !verdict.sound()).count();
    out().line(damaged == 0
        ? terminal().style("green", "everything is sound")
        : terminal().style("bold,red", Text.count(damaged, "stream") + " damaged"));
  }

  private static JsonObject json(Verifier.Verdict verdict) {
    var recovery = verdict.recovery();
    return new JsonObject().put("name", verdict.stream()).put("sound", verdict.sound())
        .put("firstId", verdict.firstId()).put("nextId", verdict.nextId()).put("records", verdict.records())
        .put("bytes", verdict.bytes()).put("seconds", verdict.duration())
        .put("recovery", recovery == null ? null : InfoCommand.json(recovery))
        .put("damages", verdict.damages().stream().map(VerifyCommand::json).toList());
  }

  private static JsonObject json(Verifier.Damage damage) {
    return new JsonObject().put("file", damage.file()).put("offset", damage.offset()).put("id", damage.id())
        .put("problem", damage.problem());
  }
}
