package dev.holdfast.cli;

import dev.holdfast.SegmentInfo;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the streams of a log. */
@Command(name = "streams", description = {"Lists the streams of a log.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast streams data", "  holdfast streams data --names | wc -l"})
final class StreamsCommand extends LogCommand {

  @Option(names = "--names", description = "The names alone, one a line; opens no stream.")
  private boolean namesOnly;

  @Override
  int run() {
    try (var wal = Logs.openForReading(directory())) {
      var names = wal.streamNames();
      if (namesOnly) {
        printNames(names);
      } else if (json()) {
        out().line(new JsonObject().put("streams", names.stream().map(name -> json(wal, name)).toList()).toString());
      } else {
        table(wal, names);
      }
    }
    return ExitCode.OK;
  }

  private void printNames(List<String> names) {
    if (json()) {
      out().line(new JsonObject().put("streams", names).toString());
    } else {
      names.forEach(name -> out().line(Text.visible(name)));
    }
  }

  private static JsonObject json(Wal wal, String name) {
    var object = new JsonObject().put("name", name);
    try {
      var stream = wal.stream(name);
      return object.put("firstId", stream.firstId()).put("nextId", stream.nextId())
          .put("segments", stream.segments().size()).put("sizeBytes", size(stream.segments()))
          .put("state", stream.recovery().outcome());
    } catch (WalException e) {
      return object.put("error", e.getMessage());
    }
  }

  private void table(Wal wal, List<String> names) {
    var table = new Table("STREAM", ">FIRST ID", ">NEXT ID", ">RECORDS", ">SEGMENTS", ">SIZE", "STATE");
    var errors = new ArrayList<String>();
    for (var name : names) {
      try {
        var stream = wal.stream(name);
        var first = stream.firstId();
        var next = stream.nextId();
        table.row(Text.visible(name), Long.toString(first), Long.toString(next), Text.count(next - first),
            Text.count(stream.segments().size()), Text.size(size(stream.segments())),
            stream.recovery().outcome().name());
      } catch (WalException e) {
        table.row(Text.visible(name), "?", "?", "?", "?", "?", "UNREADABLE");
        errors.add("'" + name + "': " + e.getMessage());
      }
    }
    table.print(terminal(), "");
    errors.forEach(error -> terminal().note(Text.visible(error)));
  }

  static long size(List<SegmentInfo> segments) {
    return segments.stream().mapToLong(SegmentInfo::sizeBytes).sum();
  }
}
