package dev.holdfast.benchmarks.report;

import java.util.Locale;

/** What a figure counts. */
public enum Unit {
  /** A time; kept in ns. */
  TIME("_ns") {
    @Override
    public String format(double nanos) {
      if (nanos < 1e3) {
        return digits(nanos) + " ns";
      }
      if (nanos < 1e6) {
        return digits(nanos / 1e3) + " µs";
      }
      return nanos < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
    }
  },
  /** How many in a second. */
  RATE("_per_second") {
    @Override
    public String format(double perSecond) {
      if (perSecond < 1e3) {
        return digits(perSecond) + " /s";
      }
      return perSecond < 1e6 ? digits(perSecond / 1e3) + " k/s" : digits(perSecond / 1e6) + " M/s";
    }
  },
  /** A size; kept in bytes. */
  SIZE("_bytes") {
    @Override
    public String format(double bytes) {
      if (bytes < 1 << 10) {
        return digits(bytes) + " B";
      }
      if (bytes < 1 << 20) {
        return digits(bytes / (1 << 10)) + " KiB";
      }
      return bytes < 1 << 30 ? digits(bytes / (1 << 20)) + " MiB" : digits(bytes / (1 << 30)) + " GiB";
    }
  },
  /** A number of things. */
  COUNT("") {
    @Override
    public String format(double count) {
      return count == Math.rint(count) ? String.format(Locale.ROOT, "%.0f", count) : digits(count);
    }
  },
  /** One figure divided by another. */
  RATIO("") {
    @Override
    public String format(double ratio) {
      return String.format(Locale.ROOT, "%.2f", ratio);
    }
  };

  private final String jsonSuffix;

  Unit(String jsonSuffix) {
    this.jsonSuffix = jsonSuffix;
  }

  /** Returns the figure for people. */
  public abstract String format(double value);

  /** Returns what is put behind the name of a figure in JSON. */
  String jsonSuffix() {
    return jsonSuffix;
  }

  private static String digits(double value) {
    String pattern = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, pattern, value);
  }
}
