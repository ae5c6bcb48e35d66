package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Tells by its first bytes which file of Holdfast one is. */
public final class FileKind {
  private static final String SEGMENT = "HOLDFAST";
  private static final Map<String, String> OTHERS = Map.of("HOLDFMT1", "the FORMAT of a log", "HOLDSTAT",
      "the STATE of a stream", "HOLDSNAP", "a snapshot", "HOLDRING", "the staging file of a stream");

  private FileKind() {}

  /**
   * Returns in words what begins with these bytes if that is a structure of Holdfast but not the header of a segment,
   * or an empty text. Damaged ones are known by their magic.
   */
  public static String otherThanSegment(ByteBuffer bytes) {
    if (bytes.limit() < SEGMENT.length()) {
      return "";
    }
    var beginning = new byte[SEGMENT.length()];
    bytes.get(0, beginning);
    var magic = new String(beginning, StandardCharsets.ISO_8859_1);
    if (OTHERS.containsKey(magic)) {
      return OTHERS.get(magic) + " (" + magic + ")";
    }
    return !magic.equals(SEGMENT) && Structure.isValid(bytes, magic)
        ? "some other structure (" + magic + ")"
        : "";
  }
}
