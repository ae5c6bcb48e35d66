package dev.holdfast.cli;

import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what a log or a stream is made of. */
@Command(name = "info", description = {
    "Shows the streams of a log and who writes it; or, of one stream, its segments and what opening it found.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast info data", "  holdfast info data orders --json"})
final class InfoCommand extends LogCommand {

  @Parameters(index = "1", arity = "0..1", paramLabel = "STREAM", description = "One stream. Default: all.")
  private @Nullable String streamName;

  @Override
  int run() throws IOException {
    try (var wal = Logs.openForReading(directory())) {
      var names = streamName == null ? wal.streamNames() : List.of(streamName);
      if (streamName != null) {
        Logs.requireStream(wal, directory(), streamName);
      }
      var writer = Logs.writer(directory()).orElse(null);
      if (json()) {
        out().line(new JsonObject().put("log", directory().toString()).put("writer", writer)
            .put("streams", names.stream().map(name -> json(wal, name)).toList()).toString());
      } else {
        print(wal, names, writer);
      }
    }
    return ExitCode.OK;
  }

  private void print(Wal wal, List<String> names, @Nullable String writer) {
    out().line("log      " + Text.visible(directory().toString()));
    out().line("writer   " + (writer == null ? "none" : Text.visible(writer)));
    out().line("streams  " + Text.count(wal.streamNames().size()));
    for (var name : names) {
      out().line("");
      out().line(terminal().style("bold", "stream") + "   " + Text.visible(name));
      try {
        print(wal.stream(name));
      } catch (WalException e) {
        out().line("  " + terminal().style("bold,red", "unreadable") + "  " + Text.visible(e.getMessage() + ""));
      }
    }
  }

  private void print(LogStream stream) {
    var segments = stream.segments();
    var first = stream.firstId();
    var next = stream.nextId();
    var recovery = stream.recovery();
    out().line("  records   " + Text.count(next - first) + ", ids " + first + " up to, but not including, " + next);
    out().line("  durable   up to, but not including, " + stream.durableEnd());
    out().line("  size      " + Text.size(StreamsCommand.size(segments)) + " in "
        + Text.count(segments.size(), "segment"));
    out().line("  state     " + outcome(recovery) + ", " + Text.count(recovery.segmentsScanned(), "segment") + " and "
        + Text.size(recovery.bytesScanned()) + " scanned in " + Text.duration(recovery.duration()));
    recovery.notes().forEach(note -> out().line("  note      " + Text.visible(note)));
    segmentTable(segments).print(terminal(), "  ");
  }

  private String outcome(RecoveryReport recovery) {
    var style = switch (recovery.outcome()) {
      case NEW, CLEAN -> "green";
      case UNCLEAN, TORN_TAIL -> "yellow";
      case CORRUPT -> "bold,red";
    };
    return terminal().style(style, recovery.outcome().name());
  }

  private static Table segmentTable(List<SegmentInfo> segments) {
    var table = new Table("SEGMENT", ">FIRST ID", ">RECORDS", ">DATA", ">FILE SIZE", "STATE", ">EPOCH", "CREATED");
    for (var segment : segments) {
      table.row(segment.file(), Long.toString(segment.ids().start()), Text.count(segment.ids().count()),
          Text.size(segment.dataBytes()), Text.size(segment.sizeBytes()), segment.state().name(),
          Long.toString(segment.epoch()), segment.created().toString());
    }
    return table;
  }

  private static JsonObject json(Wal wal, String name) {
    var object = new JsonObject().put("name", name);
    try {
      var stream = wal.stream(name);
      var segments = stream.segments();
      return object.put("firstId", stream.firstId()).put("nextId", stream.nextId())
          .put("durableEnd", stream.durableEnd()).put("sizeBytes", StreamsCommand.size(segments))
          .put("recovery", json(stream.recovery())).put("segments", segments.stream().map(InfoCommand::json).toList());
    } catch (WalException e) {
      return object.put("error", e.getMessage());
    }
  }

  /** Returns what opening a stream found. */
  static JsonObject json(RecoveryReport report) {
    return new JsonObject().put("outcome", report.outcome()).put("firstId", report.records().start())
        .put("nextId", report.records().end()).put("durableEnd", report.durableEnd())
        .put("segmentsScanned", report.segmentsScanned()).put("bytesScanned", report.bytesScanned())
        .put("seconds", report.duration()).put("notes", report.notes());
  }

  private static JsonObject json(SegmentInfo segment) {
    return new JsonObject().put("file", segment.file()).put("firstId", segment.ids().start())
        .put("nextId", segment.ids().end()).put("dataBytes", segment.dataBytes())
        .put("sizeBytes", segment.sizeBytes()).put("state", segment.state()).put("epoch", segment.epoch())
        .put("created", segment.created());
  }
}
