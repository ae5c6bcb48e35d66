package dev.holdfast.corruption;

import java.util.Objects;

/** Keeps ten thousand reports of deliberate damage off the console. */
public final class QuietLogs {
  private static final Object LOGGER = silence(); // held, or it would be collected with its level

  private QuietLogs() {}

  /** Has been done when this returns. */
  public static void please() {
    Objects.requireNonNull(LOGGER);
  }

  /** By reflection: the module under test does not read java.logging. */
  private static Object silence() {
    try {
      var type = Class.forName("java.util.logging.Logger");
      var level = Class.forName("java.util.logging.Level");
      var logger = type.getMethod("getLogger", String.class).invoke(null, "dev.holdfast");
      type.getMethod("setLevel", level).invoke(logger, level.getField("OFF").get(null));
      return logger;
    } catch (ReflectiveOperationException e) {
      return e;
    }
  }
}
