package dev.holdfast.cli;

import dev.holdfast.CorruptionException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.RecoveryReport;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a log with damaged streams writable again, after keeping a copy. */
@Command(name = "repair", description = {
    "Makes streams that refuse to open for writing usable again: they go on from the first record that is damaged or "
        + "missing, and what lay beyond is given up.",
    "First the whole log is copied to --backup, while the lock keeps writers away. Streams that open are left alone."},
    footerHeading = "%nExamples:%n", footer = {"  holdfast verify data",
        "  holdfast repair data --backup data.damaged --yes"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class RepairCommand extends LogCommand {
  /** Closing any descriptor on a lock file drops the lock, and their content means nothing. */
  private static final Set<String> NOT_COPIED = Set.of("LOCK", "LOCK.owner", "READERS");

  @Option(names = "--backup", required = true, paramLabel = "NEW_DIR",
      description = "Where to copy the log first; must not exist.")
  private Path backup;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Override
  int run() throws IOException {
    var damaged = damagedStreams();
    if (damaged.isEmpty()) {
      report(List.of());
      return ExitCode.OK;
    }
    if (Files.exists(backup)) {
      throw new FileAlreadyExistsException(backup.toString());
    }
    var question = "Give up what is damaged in " + Text.visible(String.join(", ", damaged)) + ", after a copy to "
        + Text.visible(backup.toString()) + "?";
    if (!Confirmation.ask(terminal(), question, yes)) {
      throw new CommandException(ExitCode.USAGE, "nothing was changed");
    }
    var options = WalOptions.builder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    try (var wal = Logs.openForWriting(directory(), options)) {
      copy(directory(), backup);
      report(damaged.stream().map(name -> repair(wal, name)).toList());
    }
    return ExitCode.OK;
  }

  private List<String> damagedStreams() {
    var damaged = new ArrayList<String>();
    try (var wal = Logs.openForReading(directory())) {
      for (var name : wal.streamNames()) {
        if (isDamaged(wal, name)) {
          damaged.add(name);
        }
      }
    }
    return damaged;
  }

  private static boolean isDamaged(Wal wal, String name) {
    try {
      return wal.stream(name).recovery().outcome() == RecoveryReport.Outcome.CORRUPT;
    } catch (CorruptionException _) {
      return true;
    }
  }

  /**
   * The new history begins with the next append. It is begun here, by a record that is taken back at once: so the
   * stream opens under every policy from now on. A crash in between leaves that record, an empty one, as the last.
   */
  private static RecoveryReport repair(Wal wal, String name) {
    var stream = wal.stream(name);
    stream.truncateFrom(stream.append(new byte[0]));
    return stream.recovery();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(from, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        Files.createDirectory(to.resolve(from.relativize(directory)));
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        var name = from.relativize(file);
        if (!NOT_COPIED.contains(name.toString())) {
          Files.copy(file, to.resolve(name));
        }
        return FileVisitResult.CONTINUE;
      }
    });
  }

  private void report(List<RecoveryReport> repaired) {
    if (json()) {
      out().line(new JsonObject().put("repaired", repaired.stream()
          .map(report -> InfoCommand.json(report).put("name", report.stream())).toList()).toString());
      return;
    }
    if (repaired.isEmpty()) {
      out().line("nothing to repair: every stream opens");
    }
    for (var report : repaired) {
      out().line("'" + Text.visible(report.stream()) + "' goes on with id " + report.records().end());
      report.notes().forEach(note -> out().line("  " + Text.visible(note)));
    }
  }
}
