package dev.holdfast.internal.log;

import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.util.Objects;

/** Opens logs. */
public final class OpenLog {
  private OpenLog() {}

  /** Opens the log in a directory for writing, creating it if need be. */
  public static Wal forWriting(Directory root, WalOptions options) {
    return forWriting(root, options, Surroundings.SYSTEM);
  }

  /** Opens the log in a directory for writing, in surroundings of its own. */
  public static Wal forWriting(Directory root, WalOptions options, Surroundings surroundings) {
    Objects.requireNonNull(options, "options");
    var home = new LogHome(Objects.requireNonNull(root, "directory"));
    try {
      return WritableLog.open(LogRoots.one(home), options, surroundings, () -> home.createOrCheck(surroundings));
    } catch (IOException e) {
      throw new WalIOException("cannot open the log in " + home.label() + ": " + e.getMessage(), e);
    }
  }

  /** Opens the log in a directory for reading. */
  public static Wal forReading(Directory root, WalOptions options) {
    Objects.requireNonNull(options, "options");
    var home = new LogHome(Objects.requireNonNull(root, "directory"));
    try {
      return ReadOnlyLog.open(home, options);
    } catch (IOException e) {
      throw new WalIOException("cannot open the log in " + home.label() + " for reading: " + e.getMessage(), e);
    }
  }
}
