package dev.holdfast.cli;

import dev.holdfast.WalOptions;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a stream. */
@Command(name = "delete-stream", description = "Deletes a stream and all its records for good.",
    footerHeading = "%nExamples:%n", footer = "  holdfast delete-stream data scratch --yes")
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class DeleteStreamCommand extends LogCommand {

  @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
  private String streamName;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Override
  int run() throws IOException {
    try (var wal = Logs.openForReading(directory())) {
      Logs.requireStream(wal, directory(), streamName);
    }
    var shown = "'" + Text.visible(streamName) + "'";
    if (!Confirmation.ask(terminal(), "Delete the stream " + shown + " and all its records?", yes)) {
      throw new CommandException(ExitCode.USAGE, "nothing was deleted");
    }
    try (var wal = Logs.openForWriting(directory(), WalOptions.defaults())) {
      if (!wal.deleteStream(streamName)) {
        throw new CommandException(ExitCode.NOT_FOUND, "there is no stream " + shown + " any more");
      }
    }
    out().line(json() ? new JsonObject().put("deleted", streamName).toString() : "deleted " + shown);
    return ExitCode.OK;
  }
}
