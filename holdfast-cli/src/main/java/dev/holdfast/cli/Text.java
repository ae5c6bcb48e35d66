package dev.holdfast.cli;

import dev.holdfast.IdRange;
import java.time.Duration;
import java.util.Locale;

/** Numbers and names as people read them. */
final class Text {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Text() {}

  /** 1234567 as {@code 1,234,567}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 1 record}, {@code 2 records}. */
  static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** 1536 as {@code 1.5 KiB}. */
  static String size(long bytes) {
    var value = (double) bytes;
    var unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : decimal(value, 1) + " " + UNITS[unit];
  }

  /** A number with so many places. */
  static String decimal(double number, int places) {
    return String.format(Locale.ROOT, "%,." + places + "f", number);
  }

  /** Seconds, or milliseconds if it is less than one. */
  static String duration(Duration duration) {
    var nanos = duration.toNanos();
    return nanos >= 1_000_000_000 ? decimal(nanos / 1e9, 2) + " s" : decimal(nanos / 1e6, 2) + " ms";
  }

  /** {@code ids 0 to 9}, {@code id 7}, {@code no ids}. */
  static String ids(IdRange range) {
    if (range.isEmpty()) {
      return "no ids";
    }
    return range.count() == 1 ? "id " + range.start() : "ids " + range.start() + " to " + (range.end() - 1);
  }

  /**
   * A text without anything that a terminal would act on: such characters become an escape with their number in
   * hexadecimal.
   */
  static String visible(String text) {
    var shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> appendVisible(shown, c));
    return shown.toString();
  }

  private static void appendVisible(StringBuilder shown, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL -> shown.append(String.format(Locale.ROOT, "\\x%02X", codePoint));
      case Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> shown
          .append(String.format(Locale.ROOT, "\\u{%X}", codePoint));
      default -> shown.appendCodePoint(codePoint);
    }
  }
}
