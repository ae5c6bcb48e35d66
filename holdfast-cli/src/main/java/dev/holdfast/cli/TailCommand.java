package dev.holdfast.cli;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the last records of a stream, and what comes after them. */
@Command(name = "tail", description = {"Prints the last records of a stream, and with -f those appended from then on.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast tail data orders", "  holdfast tail data orders -n 0 -f --json",
        "  holdfast tail data orders -f --idle 30s"})
final class TailCommand extends ReadCommand {
  private static final Duration FOREVER = Duration.ofDays(1);

  @Option(names = "-n", paramLabel = "N", defaultValue = "10",
      description = "How many of the last records. Default: ${DEFAULT-VALUE}.")
  private long count;

  @Option(names = {"-f", "--follow"}, description = "Go on with what is appended from now on, until interrupted.")
  private boolean follow;

  @Option(names = "--idle", paramLabel = "DURATION", converter = DurationConverter.class,
      description = "With -f: end when nothing was appended for so long, such as 500ms, 30s, 5m.")
  private @Nullable Duration idle;

  @Override
  int run() {
    requireNotNegative("-n", count);
    try (var wal = Logs.openForReading(directory())) {
      var stream = wal.stream(streamName());
      var end = stream.nextId();
      var from = Math.max(stream.firstId(), end - count);
      if (follow) {
        follow(stream, from);
      } else {
        print(stream, from, end);
      }
    }
    return ExitCode.OK;
  }

  private void print(LogStream stream, long from, long end) {
    var printer = printer();
    try (var cursor = stream.read(from)) {
      while (cursor.nextId() < end && cursor.next()) {
        printer.print(cursor);
      }
    }
  }

  /** Follows until nothing comes for too long; goes on behind a truncation that cuts off what it was to read next. */
  private void follow(LogStream stream, long from) {
    var printer = printer();
    var next = from;
    var more = true;
    while (more) {
      try (var cursor = stream.tail(next)) {
        try {
          more = followUntilIdle(cursor, printer);
        } catch (CursorInvalidatedException _) {
          next = Math.min(cursor.nextId(), stream.nextId());
          terminal().note("records were truncated meanwhile; going on with id " + Math.max(next, stream.firstId()));
        }
      }
    }
  }

  /** Returns false when it is over. */
  private boolean followUntilIdle(RecordCursor cursor, RecordPrinter printer) {
    while (true) {
      if (!cursor.next()) {
        out().flush(); // nothing more at the moment: show what there is
        if (!cursor.next(idle == null ? FOREVER : idle)) {
          if (idle != null) {
            return false;
          }
          continue;
        }
      }
      printer.print(cursor);
    }
  }
}
