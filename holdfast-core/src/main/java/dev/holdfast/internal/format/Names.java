package dev.holdfast.internal.format;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/** The names of streams and of their files. */
public final class Names {
  /** The ending of a segment's file. */
  public static final String SEGMENT = ".seg";
  /** The ending of a file that is being prepared to become a segment. */
  public static final String PREPARED = ".tmp";
  /** The ending of a segment that was set aside. */
  public static final String SET_ASIDE = ".cut";
  /** The STATE file of a stream. */
  public static final String STATE = "STATE";
  /** The ring of a stream: frames that are acknowledged before they are written. */
  public static final String RING = "ring";
  private static final int MAX_ENCODED = 200;
  private static final int DIGITS = 20;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Names() {}

  /**
   * Returns the directory name of a stream.
   *
   * @throws IllegalArgumentException if no stream can have this name
   */
  public static String encode(String name) {
    var bytes = utf8(name);
    var encoded = new StringBuilder(bytes.length);
    for (var b : bytes) {
      if (isPlain(b)) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException("name must not be empty, '.' or '..', but is '" + name + "'");
    }
    if (encoded.length() > MAX_ENCODED) {
      throw new IllegalArgumentException("name must be at most " + MAX_ENCODED
          + " bytes long with all bytes outside of [A-Za-z0-9._-] as %XX, but is " + encoded.length() + ": '"
          + name.substring(0, Math.min(40, name.length())) + "…'");
    }
    return encoded.toString();
  }

  /** Returns the stream name that a directory's name encodes, or empty if it is not the encoding of one. */
  public static Optional<String> decode(String directory) {
    var bytes = ByteBuffer.allocate(directory.length());
    for (var i = 0; i < directory.length(); i++) {
      var c = directory.charAt(i);
      if (c != '%') {
        if (c > 0x7F) {
          return Optional.empty();
        }
        bytes.put((byte) c);
      } else if (i + 2 < directory.length() && HexFormat.isHexDigit(directory.charAt(i + 1))
          && HexFormat.isHexDigit(directory.charAt(i + 2))) {
        bytes.put((byte) HexFormat.fromHexDigits(directory, i + 1, i + 3));
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    try {
      var name = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      return encode(name).equals(directory) ? Optional.of(name) : Optional.empty();
    } catch (CharacterCodingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns the hash of a stream's name: FNV-1a, 64 bit (Fowler, Noll, Vo), over its UTF-8 bytes. */
  public static long hash(String name) {
    var hash = 0xcbf29ce484222325L;
    for (var b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Returns the file name of the segment with this first id. */
  public static String segment(long firstId) {
    return digits(firstId) + SEGMENT;
  }

  /** Returns the first id of the segment with this file name, or -1 if it is not one of a segment. */
  public static long firstId(String file) {
    if (file.length() != DIGITS + SEGMENT.length() || !file.endsWith(SEGMENT)) {
      return -1;
    }
    for (var i = 0; i < DIGITS; i++) {
      if (file.charAt(i) < '0' || file.charAt(i) > '9') {
        return -1;
      }
    }
    try {
      return Long.parseLong(file, 0, DIGITS, 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String digits(long id) {
    var text = Long.toString(id);
    return "0".repeat(DIGITS - text.length()) + text;
  }

  private static byte[] utf8(String name) {
    Objects.requireNonNull(name, "name");
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      var bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("name must be encodable as UTF-8 (no lone surrogates)", e);
    }
  }

  private static boolean isPlain(byte b) {
    return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '.' || b == '_'
        || b == '-';
  }
}
