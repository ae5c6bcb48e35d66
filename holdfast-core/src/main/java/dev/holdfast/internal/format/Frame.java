package dev.holdfast.internal.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The layout of a frame header, and the fields of one frame read from a buffer. An object of it is filled again and
 * again while stepping through frames; not safe for use by several threads.
 *
 * <pre>
 *  0        4        8                16       20       24       28   29   30  32
 *  | crc    | length | first id       | count  |unsynced| time   |type|codec|flags| payload … | zeros to 8 |
 * </pre>
 */
public final class Frame {
  /** Bytes before the payload. */
  public static final int HEADER = 32;
  /** Offset of the checksum. */
  public static final int CHECKSUM = 0;
  /** Offset of the payload length; the checksum covers everything from here on. */
  public static final int LENGTH = 4;
  /** Offset of the first id. */
  public static final int FIRST_ID = 8;
  /** Offset of the record count. */
  public static final int COUNT = 16;
  /** Offset of the number of ids before this frame that were not durable. */
  public static final int UNSYNCED = 20;
  /** Offset of the time. */
  public static final int TIME = 24;
  /** Offset of the type. */
  public static final int TYPE = 28;
  /** Offset of the codec. */
  public static final int CODEC = 29;
  /** Offset of the flags. */
  public static final int FLAGS = 30;

  /** A frame with one record. */
  public static final byte RECORD = 1;
  /** A frame with several records. */
  public static final byte BATCH = 2;
  /** The first frame of a segment. */
  public static final byte START = 3;
  /** The last frame of a sealed segment. */
  public static final byte SEAL = 4;
  /** An {@code unsynced} that proves nothing. */
  public static final int PROVES_NOTHING = -1;
  /** The flag of a frame that a reader which does not know its type skips. */
  public static final int SKIPPABLE = 0x8000;
  /** The smallest a frame can be. */
  public static final int ALIGNMENT = 8;

  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private int checksum;
  private int payloadLength;
  private long firstId;
  private int count;
  private int unsynced;
  private int time;
  private byte type;
  private byte codec;
  private int flags;

  /** Returns the bytes a frame with such a payload takes in a file. */
  public static long sizeOf(long payloadLength) {
    return (HEADER + payloadLength + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Returns the {@code unsynced} of a frame with this first id when everything below {@code durableEnd} is durable. */
  public static int unsynced(long firstId, long durableEnd) {
    var ids = firstId - durableEnd;
    return ids < 0xFFFF_FFFFL ? (int) ids : PROVES_NOTHING;
  }

  /**
   * Writes a header, without its checksum, at {@code at}. The buffer must be little-endian.
   */
  public static void putHeader(ByteBuffer buffer, int at, int payloadLength, long firstId, int count, int unsynced,
      int time, byte type) {
    buffer.putLong(at + CHECKSUM, (long) payloadLength << 32); // each put into a buffer is checked: four take half of nine
    buffer.putLong(at + FIRST_ID, firstId);
    buffer.putLong(at + COUNT, Integer.toUnsignedLong(count) | (long) unsynced << 32);
    buffer.putLong(at + TIME, Integer.toUnsignedLong(time) | (type & 0xFFL) << 32); // neither compressed nor flagged
  }

  /** Makes a frame with one record, without its checksum, at the beginning of {@code frame}, which has room for it. */
  public static void make(byte[] frame, long firstId, int unsynced, int time, byte[] source, int from, int length) {
    LONG.set(frame, (int) sizeOf(length) - ALIGNMENT, 0L); // first: what of it is no padding is written now
    LONG.set(frame, CHECKSUM, (long) length << 32);
    LONG.set(frame, FIRST_ID, firstId);
    LONG.set(frame, COUNT, 1L | (long) unsynced << 32);
    LONG.set(frame, TIME, Integer.toUnsignedLong(time) | (long) RECORD << 32);
    System.arraycopy(source, from, frame, HEADER, length);
  }

  /** Sets the checksum of the frame at the beginning of {@code frame}. */
  public static void putChecksum(byte[] frame, int checksum) {
    INT.set(frame, CHECKSUM, checksum);
  }

  /** Fills this object from the header at {@code at}. The buffer must be little-endian. */
  public void read(ByteBuffer buffer, int at) {
    var checksumAndLength = buffer.getLong(at + CHECKSUM); // each read of a buffer is checked: four take half of ten
    var counts = buffer.getLong(at + COUNT);
    var rest = buffer.getLong(at + TIME);
    checksum = (int) checksumAndLength;
    payloadLength = (int) (checksumAndLength >>> 32);
    firstId = buffer.getLong(at + FIRST_ID);
    count = (int) counts;
    unsynced = (int) (counts >>> 32);
    time = (int) rest;
    type = (byte) (rest >>> 32);
    codec = (byte) (rest >>> 40);
    flags = (int) (rest >>> 48);
  }

  /**
   * Returns whether the header can be that of a frame: it fits into what is left of its file and, but for a seal, is
   * not larger than the file allows, and its fields agree with each other. Says nothing about the checksum.
   */
  public boolean isPlausible(long left, int maxFrame) {
    if (type == 0 || payloadLength < 0 || firstId < 0 || size() > left || (type != SEAL && size() > maxFrame)
        || (unsynced != PROVES_NOTHING && Integer.toUnsignedLong(unsynced) > firstId)) {
      return false;
    }
    return switch (type) {
      case RECORD -> count == 1;
      case BATCH -> count > 0 && (codec != CompressedPayload.NONE || payloadLength / Integer.BYTES >= count);
      case START -> count == 0 && payloadLength == StartFrame.PAYLOAD;
      case SEAL -> count == 0 && payloadLength >= Seal.FIXED + Seal.TRAILER;
      default -> count == 0;
    };
  }

  /**
   * Returns the payload length of the frame at {@code at} if it is a whole one, in the bytes up to {@code end}, with
   * nothing but the record {@code id}, neither compressed nor with any flag, and plausible in a file with such frames;
   * else -1, which says nothing about why. Says nothing about the checksum.
   */
  public static int lengthOfRecord(byte[] bytes, int at, int end, long id, int maxFrame) {
    if (end - at < HEADER || (long) LONG.get(bytes, at + FIRST_ID) != id
        || (long) LONG.get(bytes, at + TIME) >>> 32 != RECORD) {
      return -1;
    }
    var length = (int) INT.get(bytes, at + LENGTH);
    var counts = (long) LONG.get(bytes, at + COUNT);
    var unsynced = counts >>> 32;
    return length < 0 || length > end - at - HEADER || sizeOf(length) > maxFrame || (int) counts != 1
        || (unsynced > id && (int) unsynced != PROVES_NOTHING) ? -1 : length;
  }

  /**
   * Returns whether the last bytes of the frame that ends at {@code end}, {@code padding} of them, at least 1, are
   * zeros.
   */
  static boolean endsWithZeros(byte[] bytes, int end, int padding) {
    return (long) LONG.get(bytes, end - ALIGNMENT) >>> (Byte.SIZE * (ALIGNMENT - padding)) == 0;
  }

  /** Returns the field of four bytes at {@code offset} of the frame at {@code at}. */
  public static int field(byte[] bytes, int at, int offset) {
    return (int) INT.get(bytes, at + offset);
  }

  /** Returns the checksum field. */
  public int checksum() {
    return checksum;
  }

  /** Returns the length of the payload in bytes. */
  public int payloadLength() {
    return payloadLength;
  }

  /** Returns the bytes it takes in the file. */
  public long size() {
    return sizeOf(payloadLength);
  }

  /** Returns the first id. */
  public long firstId() {
    return firstId;
  }

  /** Returns the id after its last record. */
  public long endId() {
    return firstId + count;
  }

  /** Returns the number of records. */
  public int count() {
    return count;
  }

  /** Returns the id below which everything was durable when this frame was encoded; 0 if it proves nothing. */
  public long provedDurable() {
    return unsynced == PROVES_NOTHING ? 0 : firstId - Integer.toUnsignedLong(unsynced);
  }

  /** Returns whether everything before it was durable when it was encoded. */
  public boolean isSettled() {
    return unsynced == 0;
  }

  /** Returns the append time in ms since the segment's creation. */
  public long time() {
    return Integer.toUnsignedLong(time);
  }

  /** Returns the type. */
  public byte type() {
    return type;
  }

  /** Returns the codec of the payload. */
  public byte codec() {
    return codec;
  }

  /** Returns whether its payload is compressed. */
  public boolean isCompressed() {
    return codec != CompressedPayload.NONE;
  }

  /** Returns whether it holds records. */
  public boolean isData() {
    return type == RECORD || type == BATCH;
  }

  /** Returns whether it is of a type that this version does not know and may pass over. */
  public boolean isPassedOver() {
    return (type > SEAL || type < 0) && (flags & SKIPPABLE) != 0;
  }

  /** Returns what of it a reader of this version does not know and may not skip, in words, or an empty text. */
  public String unsupported() {
    if (isPassedOver()) {
      return "";
    }
    if (type > SEAL || type < 0) {
      return "frame type " + (type & 0xFF);
    }
    if (flags != 0) {
      return "frame flags 0x" + Integer.toHexString(flags);
    }
    if (codec == CompressedPayload.NONE || (isData() && CompressedPayload.isKnown(codec))) {
      return "";
    }
    return "codec " + (codec & 0xFF) + (isData() ? "" : " in a frame of type " + type);
  }
}
