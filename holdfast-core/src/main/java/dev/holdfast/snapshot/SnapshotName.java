package dev.holdfast.snapshot;

import dev.holdfast.internal.format.Names;
import java.util.HexFormat;
import java.util.OptionalInt;

/**
 * The names of snapshot files: {@code <end>-<frame>.snap}, with 20 decimal digits and 8 hexadecimal ones. The checksum
 * of the last record's frame is in the name, since the file itself is the same for the same state whatever the log it
 * was logged in; without it, the last record was not there any more.
 */
final class SnapshotName {
  private static final String SUFFIX = ".snap";
  private static final int END = 20;
  private static final int FRAME = 8;

  private SnapshotName() {}

  static String of(long end, LastRecord last) {
    var digits = Names.segment(end).substring(0, END);
    return last.isThere() ? digits + "-" + HexFormat.of().toHexDigits(last.frame()) + SUFFIX : digits + SUFFIX;
  }

  /** Returns the end that a name says, or -1 if it is none of a snapshot. */
  static long endOf(String name) {
    var framed = name.length() == END + 1 + FRAME + SUFFIX.length() && frameOf(name).isPresent();
    if (!name.endsWith(SUFFIX) || (!framed && name.length() != END + SUFFIX.length())) {
      return -1;
    }
    return Names.firstId(name.substring(0, END) + Names.SEGMENT);
  }

  /** Returns the checksum of the last record's frame, if the name says it. */
  static OptionalInt frameOf(String name) {
    if (name.length() <= END + FRAME || name.charAt(END) != '-') {
      return OptionalInt.empty();
    }
    var digits = name.substring(END + 1, END + 1 + FRAME);
    return digits.matches("[0-9a-f]{8}") ? OptionalInt.of(HexFormat.fromHexDigits(digits)) : OptionalInt.empty();
  }
}
