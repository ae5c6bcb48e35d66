package dev.holdfast.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that print records have in common. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
abstract class ReadCommand extends LogCommand {

  @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
  private String streamName;

  @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "text", converter = RecordFormatConverter.class,
      description = {"text: the bytes and a line feed (on a terminal, what is not printable as \\xNN);",
          "hex: id, time, and a dump;", "raw: the bytes and nothing between;",
          "length-prefix, length-prefix-be: the length in 4 bytes, little- or big-endian, and the bytes;",
          "json: one object a line, with \"base64\" instead of \"text\" if the bytes are not UTF-8.",
          "Default: ${DEFAULT-VALUE}; --json is short for --format json."})
  private RecordFormat format;

  @Option(names = "--ids", description = "With text: put the id and a tab before each record.")
  private boolean ids;

  final String streamName() {
    return streamName;
  }

  final RecordPrinter printer() {
    return new RecordPrinter(terminal(), json() ? RecordFormat.JSON : format, ids);
  }

  /** Refuses a negative number. */
  static void requireNotNegative(String option, long value) {
    if (value < 0) {
      throw new CommandException(ExitCode.USAGE, option + " must be at least 0, not " + value);
    }
  }
}
