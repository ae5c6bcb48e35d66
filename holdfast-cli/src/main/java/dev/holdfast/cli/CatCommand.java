package dev.holdfast.cli;

import dev.holdfast.LogStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the records of a stream. */
@Command(name = "cat", description = {"Prints the records of a stream, up to the end it has now.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast cat data orders > orders.ndjson", "  holdfast cat data orders --from 1000 --limit 20 --ids",
        "  holdfast cat data blobs --format hex --limit 1", "  holdfast cat data orders --json | jq .text"})
final class CatCommand extends ReadCommand {

  @Option(names = "--from", paramLabel = "ID", description = "Begin with this record. Default: the first there is.")
  private long from;

  @Option(names = "--to", paramLabel = "ID", description = "End before this record. Default: the end.")
  private long to = Long.MAX_VALUE;

  @Option(names = "--limit", paramLabel = "N", description = "Print at most so many records.")
  private long limit = Long.MAX_VALUE;

  @Override
  int run() {
    requireNotNegative("--from", from);
    requireNotNegative("--to", to);
    requireNotNegative("--limit", limit);
    try (var wal = Logs.openForReading(directory())) {
      print(wal.stream(streamName()));
    }
    return ExitCode.OK;
  }

  private void print(LogStream stream) {
    var end = Math.min(to, stream.nextId());
    if (from > 0 && from < stream.firstId()) {
      terminal().note("records before " + stream.firstId() + " have been truncated");
    }
    var printer = printer();
    try (var cursor = stream.read(from);
        var progress = new Progress(terminal(), "reading", terminal().outIsTerminal() ? 0 : end - from)) {
      for (var left = limit; left > 0 && cursor.nextId() < end && cursor.next() && cursor.id() < end; left--) {
        printer.print(cursor);
        progress.step();
      }
    }
  }
}
