package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows that what was acknowledged survives {@code kill -9}. */
@Command(name = "demo", description = {"Shows on real data that every acknowledged record survives a kill -9.",
    "Appends each line of a file to a new log, from several threads of a second Java process, under SyncPolicy.STRICT; "
        + "kills that process in the middle; recovers; checks that every acknowledged line is there, byte for byte under "
        + "its id, and nothing else but appends under way; appends the rest; reads everything back and compares. Ends "
        + "with 3 if anything is missing or too much."},
    footerHeading = "%nExamples:%n", footer = {"  holdfast demo", "  holdfast demo events.ndjson --writers 32",
        "  holdfast demo /var/log/syslog --dir /mnt/disk/demo --json"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class DemoCommand implements Callable<Integer> {
  private static final String BOOK = "opticks.txt";
  private static final String BOOK_NAME = "Opticks, by Isaac Newton (1730)";
  private static final int MAX_WRITERS = 1024;

  @ParentCommand
  private Main main;

  @Parameters(index = "0", arity = "0..1", paramLabel = "FILE",
      description = "Any file with lines; '-' is the standard input. Default: a book that comes with the program.")
  private @Nullable Path file;

  @Option(names = "--writers", paramLabel = "N", defaultValue = "8",
      description = "How many threads append. Default: ${DEFAULT-VALUE}.")
  private int writers;

  @Option(names = "--kill-at", paramLabel = "PERCENT", defaultValue = "50",
      description = "How many percent of the lines are acknowledged when the process is killed. Default: ${DEFAULT-VALUE}.")
  private int killPercent;

  @Option(names = "--dir", paramLabel = "DIR",
      description = "Where to put the log, which is then kept: a directory that is empty or not there. Default: a "
          + "temporary one.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep the temporary log.")
  private boolean keep;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireWithin("--writers", writers, 1, MAX_WRITERS);
    requireWithin("--kill-at", killPercent, 0, 100);
    try (var scratch = DemoScratch.create()) {
      var kept = run(scratch);
      main.terminal().out().flush();
      return kept ? ExitCode.OK : ExitCode.DAMAGE;
    }
  }

  private boolean run(DemoScratch scratch) throws IOException, InterruptedException {
    var log = logDirectory(scratch);
    var name = file == null ? BOOK_NAME : file.toString();
    var story = new DemoStory(main.terminal(), json);
    var settings = new Demo.Settings(name, inputFile(scratch), log, writers, killPercent);
    var kept = new Demo(settings, main.terminal(), story).run();
    if (keep || !kept) {
      scratch.keep();
    }
    story.end(kept, keep || !kept || directory != null ? log : null);
    return kept;
  }

  private Path logDirectory(DemoScratch scratch) throws IOException {
    if (directory == null) {
      return scratch.directory().resolve("log");
    }
    if (Files.exists(directory)) {
      try (var content = Files.list(directory)) {
        if (content.findAny().isPresent()) {
          throw new CommandException(ExitCode.USAGE, "--dir " + directory + " is not empty");
        }
      }
    }
    return directory;
  }

  /** A regular file is used where it is; anything else can be read but once. */
  private Path inputFile(DemoScratch scratch) throws IOException {
    if (file != null && Files.isRegularFile(file)) {
      return file;
    }
    if (file != null && !Files.exists(file) && !file.toString().equals("-")) {
      throw new NoSuchFileException(file.toString());
    }
    try (var input = openInput()) {
      return scratch.copy("input", input);
    }
  }

  private InputStream openInput() throws IOException {
    if (file == null) {
      return Objects.requireNonNull(Main.class.getResourceAsStream(BOOK), BOOK);
    }
    return file.toString().equals("-") ? main.terminal().in() : Files.newInputStream(file);
  }

  private static void requireWithin(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new CommandException(ExitCode.USAGE,
          option + " must be from " + min + " to " + max + ", not " + value);
    }
  }
}
