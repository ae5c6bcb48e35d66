package dev.holdfast.cli;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Where the log's own messages go: warnings and errors to the standard error, in one line and in the voice of the
 * command; anything less is what the commands tell themselves. Found by the system as a service.
 */
public final class Warnings extends System.LoggerFinder {

  /** Called by the system. */
  public Warnings() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Warner(name);
  }

  /** One logger. */
  private record Warner(String name) implements System.Logger {

    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level != Level.OFF && level.getSeverity() >= Level.WARNING.getSeverity();
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        System.err.println("holdfast: " + level.getName().toLowerCase(Locale.ROOT) + ": "
            + Text.visible(message + (thrown == null ? "" : ": " + thrown)));
      }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format,
        @Nullable Object @Nullable... parameters) {
      if (isLoggable(level)) {
        var plain = format == null || parameters == null || parameters.length == 0;
        log(level, bundle, plain ? format : new MessageFormat(format, Locale.ROOT).format(parameters),
            (Throwable) null);
      }
    }
  }
}
