package dev.holdfast.codec.records;

import dev.holdfast.CodecException;

/**
 * Checks that bytes are one item of CBOR (RFC 8949) of the kinds that entries consist of, without making anything of
 * them. One pass; memory for {@link RecordCodec#MAX_DEPTH} numbers. What passes has no length beyond its end, no deeper
 * nesting, no null, no reference, and nothing behind it.
 *
 * <pre>
 *   first byte  = major type (3 bits) | info (5 bits)
 *   info 0..23  = the argument itself; 24..27 = it follows in 1, 2, 4, 8 bytes; 31 = no length, a break ends it
 *   major       = 0, 1 integers; 2 bytes; 3 text; 4 array; 5 map; 6 tag; 7 false, true, floats, break
 * </pre>
 */
final class WellFormed {
  private static final int NO_LENGTH = 31;
  private static final int BREAK = 0xFF;
  private static final long UNTIL_BREAK = -1;
  private static final int POSITIVE_NUMBER = 2;
  private static final int NEGATIVE_NUMBER = 3;
  private static final int DECIMAL_FRACTION = 4;

  private final byte[] bytes;
  /** By depth: how many items are still to come, or {@link #UNTIL_BREAK}; a map has two for each entry. */
  private final long[] left = new long[RecordCodec.MAX_DEPTH + 1];
  /** By depth, of containers without a length: whether it is a map, and whether its next item is a value. */
  private final boolean[] map = new boolean[RecordCodec.MAX_DEPTH + 1];
  private final boolean[] value = new boolean[RecordCodec.MAX_DEPTH + 1];
  private int depth;
  private int at;

  private WellFormed(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks all of the bytes.
   *
   * @throws CodecException if they are not one such item
   */
  static void check(byte[] bytes) throws CodecException {
    var check = new WellFormed(bytes);
    check.left[0] = 1;
    check.run();
    if (check.at != bytes.length) {
      throw new CodecException((bytes.length - check.at) + " of " + bytes.length + " bytes are left behind the entry");
    }
  }

  private void run() throws CodecException {
    while (true) {
      while (left[depth] == 0) {
        if (depth == 0) {
          return;
        }
        depth--;
      }
      if (left[depth] == UNTIL_BREAK) {
        if (at < bytes.length && bytes[at] == (byte) BREAK) {
          endWithBreak();
          continue;
        }
        value[depth] = map[depth] && !value[depth];
      } else {
        left[depth]--;
      }
      item();
    }
  }

  private void endWithBreak() throws CodecException {
    if (value[depth]) {
      throw refused("a map that ends within an entry", at);
    }
    at++;
    depth--;
  }

  private void item() throws CodecException {
    var start = at;
    var first = next();
    var major = first >>> 5;
    var info = first & 0x1F;
    switch (major) {
      case 0, 1 -> argument(info, start);
      case 2, 3 -> string(major, info, start);
      case 4, 5 -> container(major == 5, info, start);
      case 6 -> tagged(argument(info, start), start);
      default -> simple(info, start);
    }
  }

  /** Skips bytes or a text; one without a length consists of pieces that have one. */
  private void string(int major, int info, int start) throws CodecException {
    if (info != NO_LENGTH) {
      piece(major, argument(info, start), start);
      return;
    }
    for (var piece = next(); piece != BREAK; piece = next()) {
      if (piece >>> 5 != major || (piece & 0x1F) == NO_LENGTH) {
        throw refused("a piece of another kind", at - 1);
      }
      piece(major, argument(piece & 0x1F, at - 1), start);
    }
  }

  private void piece(int major, long length, int start) throws CodecException {
    var from = at;
    skip(length, start);
    if (major == 3 && !Utf8.isText(bytes, from, at)) {
      throw refused("a text that is not UTF-8", start);
    }
  }

  private void container(boolean isMap, int info, int start) throws CodecException {
    if (depth == RecordCodec.MAX_DEPTH) {
      throw refused("nested deeper than " + RecordCodec.MAX_DEPTH + " arrays and maps", start);
    }
    var items = UNTIL_BREAK;
    if (info != NO_LENGTH) {
      var count = argument(info, start);
      var perEntry = isMap ? 2 : 1;
      if (count < 0 || count > (bytes.length - at) / perEntry) {
        throw refused("a length of " + Long.toUnsignedString(count) + ", but only " + (bytes.length - at)
            + " bytes are left", start);
      }
      items = count * perEntry;
    }
    depth++;
    left[depth] = items;
    map[depth] = isMap;
    value[depth] = false;
  }

  /** Passes numbers of many digits alone: other tags are references, or what is never written. */
  private void tagged(long tag, int start) throws CodecException {
    var isNumber = tag == POSITIVE_NUMBER || tag == NEGATIVE_NUMBER;
    if (!isNumber && tag != DECIMAL_FRACTION) {
      throw refused("a tag " + Long.toUnsignedString(tag), start);
    }
    var begin = at;
    var first = next();
    var info = first & 0x1F;
    if (isNumber) {
      if (first >>> 5 != 2 || info == NO_LENGTH) {
        throw refused("a number that has no bytes", start);
      }
      var length = argument(info, begin);
      if (length < 0 || length > RecordCodec.MAX_NUMBER_BYTES + 1) { // with a zero in front
        throw refused("a number of more than " + RecordCodec.MAX_NUMBER_BYTES + " bytes", start);
      }
      skip(length, start);
    } else if (first != 0x82) {
      throw refused("a decimal number that is not of two integers", start);
    } else {
      integer(false);
      integer(true);
    }
  }

  private void integer(boolean mayBeLong) throws CodecException {
    var start = at;
    var first = next();
    if (first >>> 5 <= 1) {
      argument(first & 0x1F, start);
    } else if (mayBeLong && (first == 0xC2 || first == 0xC3)) {
      tagged(first & 0x1F, start);
    } else {
      throw refused("a decimal number that is not of two integers", start);
    }
  }

  private void simple(int info, int start) throws CodecException {
    switch (info) {
      case 20, 21 -> {
      }
      case 25, 26, 27 -> argument(info, start);
      case 22, 23 -> throw refused("a null", start);
      case NO_LENGTH -> throw refused("an end of nothing", start);
      default -> throw refused("a simple value " + info, start);
    }
  }

  /** Returns the argument of an item; beyond 63 bits it is negative. */
  private long argument(int info, int start) throws CodecException {
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw refused("an item of no known form", start);
    }
    var argument = 0L;
    for (var i = 1 << (info - 24); i > 0; i--) {
      argument = argument << 8 | next();
    }
    return argument;
  }

  private void skip(long length, int start) throws CodecException {
    if (length < 0 || length > bytes.length - at) {
      throw refused("a length of " + Long.toUnsignedString(length) + ", but only " + (bytes.length - at)
          + " bytes are left", start);
    }
    at += (int) length;
  }

  private int next() throws CodecException {
    if (at == bytes.length) {
      throw new CodecException("the " + at + " bytes end within an entry");
    }
    return bytes[at++] & 0xFF;
  }

  private static CodecException refused(String what, int offset) {
    return new CodecException(what + ", at byte " + offset);
  }
}
