package dev.holdfast.cli;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.WalOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes the oldest or the newest records of a stream. */
@Command(name = "truncate", description = {"Deletes records of a stream for good, from the front or from the back.",
    "--before deletes whole segments all of whose records are older, and never the last one; --from deletes exactly, and "
        + "the next append gets that id."},
    footerHeading = "%nExamples:%n", footer = {"  holdfast truncate data orders --before 100000 --dry-run",
        "  holdfast truncate data orders --before 100000 --yes", "  holdfast truncate data orders --from 4711 --yes"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class TruncateCommand extends LogCommand {

  @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
  private String streamName;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Cut cut;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Only tell what would go.")
  private boolean dryRun;

  /** Where to cut: one of the two is set. */
  static final class Cut {
    @Option(names = "--before", paramLabel = "ID", description = "Delete segments with only records below this id.")
    private @Nullable Long before;

    @Option(names = "--from", paramLabel = "ID", description = "Delete this record and all after it.")
    private @Nullable Long from;

    private IdRange apply(LogStream stream) {
      return before != null ? stream.truncateBefore(before) : stream.truncateFrom(from == null ? 0 : from);
    }

    /** Returns the ids that would go. */
    private IdRange preview(LogStream stream) {
      var first = stream.firstId();
      var next = stream.nextId();
      if (from != null) {
        requireWithin("--from", from, first, next);
        return new IdRange(from, next);
      }
      var bound = before == null ? 0 : before;
      requireWithin("--before", bound, 0, next);
      var segments = stream.segments();
      var end = segments.stream().limit(Math.max(0, segments.size() - 1)).map(segment -> segment.ids().end())
          .filter(segmentEnd -> segmentEnd <= bound).max(Long::compare).orElse(first);
      return new IdRange(first, Math.max(first, end));
    }

    private static void requireWithin(String option, long id, long min, long max) {
      if (id < min || id > max) {
        throw new CommandException(ExitCode.USAGE, option + " must be from " + min + " to " + max + ", not " + id);
      }
    }
  }

  @Override
  int run() throws IOException {
    var preview = preview();
    if (dryRun) {
      report("would delete ", preview);
      return ExitCode.OK;
    }
    var question = "Delete " + Text.count(preview.count(), "record") + " (" + Text.ids(preview) + ") of '"
        + Text.visible(streamName) + "'?";
    if (!Confirmation.ask(terminal(), question, yes)) {
      throw new CommandException(ExitCode.USAGE, "nothing was deleted");
    }
    IdRange gone;
    try (var wal = Logs.openForWriting(directory(), WalOptions.defaults())) {
      gone = cut.apply(wal.stream(streamName));
    }
    report("deleted ", gone);
    return ExitCode.OK;
  }

  private IdRange preview() {
    try (var wal = Logs.openForReading(directory())) {
      Logs.requireStream(wal, directory(), streamName);
      return cut.preview(wal.stream(streamName));
    }
  }

  private void report(String verb, IdRange gone) {
    if (json()) {
      out().line(new JsonObject().put("stream", streamName).put("dryRun", dryRun).put("deleted", gone.count())
          .put("firstId", gone.start()).put("nextId", gone.end()).toString());
    } else {
      out().line(verb + Text.count(gone.count(), "record") + ": " + Text.ids(gone));
    }
  }
}
