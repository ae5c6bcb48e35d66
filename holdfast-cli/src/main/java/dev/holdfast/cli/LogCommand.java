package dev.holdfast.cli;

import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** What all commands on a log have in common. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
abstract class LogCommand extends PrintingCommand {

  @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the log.")
  private Path directory;

  final Path directory() {
    return directory;
  }
}
