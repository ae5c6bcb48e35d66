package dev.holdfast.cli;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Opens logs, and tells a log that is not there from other mistakes. */
final class Logs {
  private static final String LOCK = "LOCK";
  private static final String LOCK_OWNER = "LOCK.owner";
  private static final int MAX_OWNER_LENGTH = 64 * 1024;

  private Logs() {}

  /** Opens a log for reading, which changes nothing and may be done beside a writer. */
  static Wal openForReading(Path directory) {
    requireDirectory(directory);
    try {
      return Wal.openReadOnly(directory, WalOptions.defaults());
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.NOT_FOUND, String.valueOf(e.getMessage()), e);
    }
  }

  /** Opens a log for writing, creating it if need be. */
  static Wal openForWriting(Path directory, WalOptions options) {
    try {
      return Wal.open(directory, options);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.NOT_FOUND, String.valueOf(e.getMessage()), e);
    }
  }

  /** Opens a log for writing that must be there, and have the stream: a mistyped path is not to become an empty log. */
  static Wal openExisting(Path directory, String stream, WalOptions options) {
    try (var wal = openForReading(directory)) {
      requireStream(wal, directory, stream);
    }
    return openForWriting(directory, options);
  }

  static void requireStream(Wal wal, Path directory, String stream) {
    if (!wal.hasStream(stream)) {
      throw new CommandException(ExitCode.NOT_FOUND, "there is no stream '" + stream + "' in " + directory);
    }
  }

  private static void requireDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new CommandException(ExitCode.NOT_FOUND, "there is no log in " + directory);
    }
  }

  /** Returns who has the log open for writing, as text in one line, if anybody has. */
  static Optional<String> writer(Path directory) throws IOException {
    var root = FsDirectory.open(directory);
    if (!root.exists(LOCK) || !root.isLocked(LOCK)) {
      return Optional.empty();
    }
    if (!root.exists(LOCK_OWNER)) {
      return Optional.of("unknown");
    }
    var owner = new String(root.read(LOCK_OWNER, MAX_OWNER_LENGTH), StandardCharsets.UTF_8);
    return Optional.of(String.join(", ", owner.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()));
  }
}
