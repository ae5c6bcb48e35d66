package dev.holdfast.recordlog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads a record log that is not damaged, by what FORMAT.md says and with nothing of Holdfast. */
final class TinyRecordLogReader {
  private final ByteBuffer file;
  private final List<String> records = new ArrayList<>();
  private int offset = 128;

  /** Reads the bytes of a file. */
  TinyRecordLogReader(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    require(text(0, 8).equals("HOLDFAST") && file.getInt(124) == crc(0, 0, 124), "header");
    require(file.getLong(24) == 0xcbf29ce484222325L && file.getLong(64) == bytes.length, "name hash and size");
    require(frame() == 3 && file.getInt(128 + 4) == 32 && file.getLong(128 + 32) == -1, "start frame");
    offset = 192;
    for (var type = frame(); type != 0; type = frame()) {
      take(type);
    }
  }

  private void take(int type) {
    require(file.getLong(offset + 8) == records.size() && file.getInt(offset + 20) == 0, "ids");
    var count = file.getInt(offset + 16);
    var at = offset + 32 + (type == 2 ? 4 * count : 0);
    for (var i = 0; i < count; i++) {
      var length = file.getInt(type == 2 ? offset + 32 + 4 * i : offset + 4);
      records.add(text(at, length));
      at += length;
    }
    offset += (32 + file.getInt(offset + 4) + 7) / 8 * 8;
  }

  /** Returns the type of the frame here, 0 if there is no valid one. */
  private int frame() {
    var length = file.getInt(offset + 4);
    var end = file.limit() - 4096;
    var valid = file.get(offset + 28) != 0 && length >= 0 && length <= end - offset - 32
        && file.getInt(offset) == crc(8, offset + 4, length + 28);
    return valid ? file.get(offset + 28) : 0;
  }

  private int crc(int saltBytes, int from, int length) {
    var crc = new CRC32C();
    crc.update(file.array(), 40, saltBytes);
    crc.update(file.array(), from, length);
    return (int) crc.getValue();
  }

  private String text(int from, int length) {
    return new String(file.array(), from, length, StandardCharsets.UTF_8);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  List<String> records() {
    return records;
  }

  /** Returns the watermark. */
  long watermark() {
    var newest = 0L;
    var watermark = 0L;
    for (var slot = file.limit() - 4096; slot < file.limit(); slot += 2048) {
      var valid = text(slot, 8).equals("HOLDSTAT") && file.getInt(slot + 124) == crc(0, slot, 124)
          && file.getLong(slot + 16) == file.getLong(48) && file.getLong(slot + 48) == file.getLong(24)
          && file.getLong(slot + 56) == file.getLong(32);
      if (valid && file.getLong(slot + 8) > newest) {
        newest = file.getLong(slot + 8);
        watermark = file.getLong(slot + 24);
      }
    }
    require(newest > 0, "a slot");
    return watermark;
  }
}
