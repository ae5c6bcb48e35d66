package dev.holdfast.internal.logging;

import java.lang.System.Logger.Level;

/**
 * The system logger {@code dev.holdfast}, asked for when something is first said: finding it takes longer than opening
 * a log.
 */
public final class Log {
  private static final class Holder {
    static final System.Logger LOGGER = System.getLogger("dev.holdfast");
  }

  private Log() {}

  /** Says something that somebody should look into. */
  public static void warning(String message, Throwable cause) {
    Holder.LOGGER.log(Level.WARNING, message, cause);
  }

  /** Says something that somebody should look into. */
  public static void warning(String message) {
    Holder.LOGGER.log(Level.WARNING, message);
  }

  /** Says something worth knowing. */
  public static void info(String message) {
    Holder.LOGGER.log(Level.INFO, message);
  }

  /** Says what became of an exception that nobody needs to be told of. */
  public static void debug(String message, Throwable cause) {
    Holder.LOGGER.log(Level.DEBUG, message, cause);
  }
}
