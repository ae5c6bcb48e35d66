package dev.holdfast.codec.records;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Whether bytes are UTF-8 as Unicode defines it (table 3-7 of the standard): no character in more bytes than it needs,
 * no surrogates, nothing above U+10FFFF. Jackson reads surrogates, and then refuses to write them.
 */
final class Utf8 {
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8() {}

  /** Whether {@code bytes} from {@code start} to {@code end} are a text. */
  static boolean isText(byte[] bytes, int start, int end) {
    var at = start;
    while (at < end) {
      if (bytes[at] >= 0) {
        at = afterAscii(bytes, at, end);
      } else {
        var length = lengthAt(bytes, at, end);
        if (length == 0) {
          return false;
        }
        at += length;
      }
    }
    return true;
  }

  private static int afterAscii(byte[] bytes, int start, int end) {
    var at = start;
    while (at <= end - Long.BYTES && ((long) LONG.get(bytes, at) & NOT_ASCII) == 0) {
      at += Long.BYTES;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** Returns how many bytes the character has that begins here with more than one, or 0 if it is none. */
  private static int lengthAt(byte[] bytes, int at, int end) {
    var first = bytes[at] & 0xFF;
    var length = first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || length > end - at) {
      return 0;
    }
    var second = bytes[at + 1] & 0xFF;
    var lowest = switch (first) {
      case 0xE0 -> 0xA0;
      case 0xF0 -> 0x90;
      default -> 0x80;
    };
    var highest = switch (first) {
      case 0xED -> 0x9F;
      case 0xF4 -> 0x8F;
      default -> 0xBF;
    };
    if (second < lowest || second > highest) {
      return 0;
    }
    for (var i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
