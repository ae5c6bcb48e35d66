package dev.holdfast.cli;

import java.util.Locale;

/** How records are printed. */
enum RecordFormat {
  /** The bytes and a line feed; on a terminal, bytes that are not printable UTF-8 as {@code \xNN}. */
  TEXT,
  /** Id, time and length, then the bytes in hexadecimal and ASCII. */
  HEX,
  /** The bytes and nothing between them. */
  RAW,
  /** The length in 4 bytes, little-endian, and the bytes. */
  LENGTH_PREFIX("length-prefix"),
  /** The length in 4 bytes, big-endian, and the bytes. */
  LENGTH_PREFIX_BE("length-prefix-be"),
  /** One JSON object a line. */
  JSON;

  private final String label;

  RecordFormat() {
    label = name().toLowerCase(Locale.ROOT);
  }

  RecordFormat(String label) {
    this.label = label;
  }

  /** Returns the name as it is written on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
