package dev.holdfast.corruption;

import dev.holdfast.compression.TinyLz4;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;

/**
 * A second reader of the format, written from {@code docs/FORMAT.md} alone and without a class of the engine: if the
 * two disagree, the page or the engine is wrong. It reads logs that are whole and throws {@link IllegalStateException}
 * at anything else.
 */
public final class TinyReader {
  private static final int HEADER = 128;
  private static final long NONE = -1;

  /** A record and its append time in ms since 1970. */
  public static final class Item {
    private final long id;
    private final byte[] payload;
    private final long time;

    private Item(long id, byte[] payload, long time) {
      this.id = id;
      this.payload = payload;
      this.time = time;
    }

    /** Returns its id. */
    public long id() {
      return id;
    }

    /** Returns its bytes. */
    public byte[] payload() {
      return payload.clone();
    }

    /** Returns its append time in ms since 1970. */
    public long time() {
      return time;
    }
  }

  /** A frame: where it is, and the fields of its header. */
  public record FrameAt(int offset, int length, long firstId, int count, int unsynced, int time, int type,
      int codec, int checksum) {
    /** Returns where the next frame begins. */
    public int end() {
      return offset + (32 + length + 7) / 8 * 8;
    }
  }

  private TinyReader() {}

  /** Returns the records of a stream. */
  public static List<Item> read(LogImage image, String stream) {
    checkFormat(image.get("FORMAT"));
    var prefix = "streams/" + stream + "/";
    var state = newestSlot(image.get(prefix + "STATE"));
    require(state.getLong(48) == hash(stream), "STATE is of another stream");
    var segments = new TreeMap<Long, byte[]>();
    image.files().forEach((path, bytes) -> {
      if (path.matches(prefix + "[0-9]{20}\\.seg")) {
        var firstId = Long.parseLong(path.substring(prefix.length(), path.length() - 4));
        if (firstId >= state.getLong(40)) {
          checkHeader(bytes, stream, state.getLong(56));
          segments.put(firstId, bytes);
        }
      }
    });
    dropLeftOvers(segments);
    var items = new ArrayList<Item>();
    for (var entry : segments.entrySet()) {
      readSegment(segments, entry.getKey(), entry.getValue(), items);
    }
    require(nextId(items, segments) >= state.getLong(24), "records below the watermark are missing");
    return items;
  }

  private static long nextId(List<Item> items, NavigableMap<Long, byte[]> segments) {
    return items.isEmpty() ? segments.firstKey() : items.getLast().id() + 1;
  }

  private static void checkFormat(byte[] file) {
    require(file.length == 128 && magic(file, 0).equals("HOLDFMT1"), "no FORMAT");
    var fields = littleEndian(file);
    require(crc(file, 0, 124) == fields.getInt(124), "FORMAT: checksum");
    require(fields.getShort(8) == 1 && fields.getInt(12) == 128 && fields.getInt(16) == 0, "FORMAT: version");
    require(fields.getInt(44) == 1 && fields.getInt(48) == 0, "FORMAT: sharded");
  }

  private static ByteBuffer newestSlot(byte[] file) {
    require(file.length == 4096, "STATE: length");
    ByteBuffer newest = null;
    for (var at = 0; at <= 2048; at += 2048) {
      var slot = ByteBuffer.wrap(file, at, 128).slice().order(ByteOrder.LITTLE_ENDIAN);
      if (magic(file, at).equals("HOLDSTAT") && crc(file, at, 124) == slot.getInt(124)) {
        newest = newest == null || slot.getLong(8) > newest.getLong(8) ? slot : newest;
      }
    }
    if (newest == null) {
      throw new IllegalStateException("STATE: no slot");
    }
    return newest;
  }

  private static void checkHeader(byte[] file, String stream, long streamId) {
    require(magic(file, 0).equals("HOLDFAST"), "segment: magic");
    var fields = littleEndian(file);
    require(crc(file, 0, 124) == fields.getInt(124), "segment: checksum of the header");
    require(fields.getShort(8) == 1 && fields.getInt(12) == HEADER && fields.getInt(16) == 0, "segment: version");
    require(fields.getInt(20) == 0 && fields.getLong(24) == hash(stream), "segment: key or name");
    require(fields.getLong(32) == streamId, "segment: stream id");
  }

  private static void dropLeftOvers(NavigableMap<Long, byte[]> segments) {
    var newest = 0L;
    for (var firstId : List.copyOf(segments.keySet())) {
      var epoch = littleEndian(segments.getOrDefault(firstId, new byte[0])).getLong(48);
      if (epoch < newest) {
        segments.remove(firstId);
      }
      newest = Math.max(newest, epoch);
    }
  }

  private static void readSegment(NavigableMap<Long, byte[]> segments, long firstId, byte[] file,
      List<Item> items) {
    var segment = littleEndian(file);
    var next = segments.higherEntry(firstId);
    var frames = frames(file, firstId);
    var start = frames.getFirst();
    require(start.type() == 3, "segment " + firstId + ": no start frame");
    var before = segments.lowerEntry(firstId);
    if (before == null) {
      require(firstId > 0 || segment.getLong(start.offset() + 32) == NONE, "the first segment has a predecessor");
    }
    var end = next == null ? Long.MAX_VALUE : next.getKey();
    var last = start;
    for (var frame : frames) {
      if ((frame.type() == 1 || frame.type() == 2) && frame.firstId() < end) {
        addItems(file, frame, end, items);
        last = frame;
      }
    }
    if (next != null) {
      checkNext(littleEndian(next.getValue()), next.getKey(), firstId, segment, last);
    }
    var seal = frames.getLast();
    if (seal.type() == 4 && seal.end() == segment.capacity()) {
      checkSeal(file, firstId, seal, frames);
    }
  }

  private static void checkNext(ByteBuffer next, long nextFirstId, long firstId, ByteBuffer segment, FrameAt last) {
    var payload = HEADER + 32;
    require(next.getLong(HEADER + 8) == nextFirstId, "start frame: first id");
    require(next.getLong(payload) == firstId, "start frame: predecessor");
    require(next.getLong(payload + 8) == segment.getLong(48), "start frame: epoch of the predecessor");
    require(next.getLong(payload + 16) == last.end(), "start frame: offset of the predecessor's end");
    require(next.getInt(payload + 24) == last.checksum(), "start frame: checksum of the predecessor's last frame");
  }

  private static void addItems(byte[] file, FrameAt frame, long end, List<Item> items) {
    var time = littleEndian(file).getLong(56) + Integer.toUnsignedLong(frame.time());
    var payload = payload(file, frame);
    var lengths = littleEndian(payload);
    var at = frame.type() == 2 ? 4 * frame.count() : 0;
    for (var i = 0; i < frame.count(); i++) {
      var length = frame.type() == 1 ? payload.length : lengths.getInt(4 * i);
      if (frame.firstId() + i < end) {
        items.add(new Item(frame.firstId() + i, Arrays.copyOfRange(payload, at, at + length), time));
      }
      at += length;
    }
    require(at == payload.length, "batch: the lengths do not add up");
  }

  private static byte[] payload(byte[] file, FrameAt frame) {
    var stored = Arrays.copyOfRange(file, frame.offset() + 32, frame.offset() + 32 + frame.length());
    if (frame.codec() == 0) {
      return stored;
    }
    var length = littleEndian(stored).getInt(0);
    require(length >= 0 && 32 + length <= littleEndian(file).getInt(72), "compressed: uncompressed length");
    try {
      var plain = ByteBuffer.allocate(length);
      new TinyLz4().decompress(ByteBuffer.wrap(stored, 4, stored.length - 4), plain);
      return plain.array();
    } catch (DataFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void checkSeal(byte[] file, long firstId, FrameAt seal, List<FrameAt> frames) {
    var segment = littleEndian(file);
    var data = frames.stream().filter(frame -> frame.type() == 1 || frame.type() == 2).toList();
    var last = data.isEmpty() ? frames.getFirst() : data.getLast();
    var at = seal.offset() + 32;
    require(seal.unsynced() == 0, "seal: not trusted");
    require(segment.getLong(at) == seal.firstId() - firstId, "seal: records");
    require(segment.getLong(at + 8) == seal.offset(), "seal: end of the data");
    require(segment.getInt(at + 16) == last.checksum(), "seal: checksum of the last frame");
    require(segment.getInt(at + 20) == (data.isEmpty() ? 0 : data.getFirst().time()), "seal: smallest time");
    require(segment.getInt(at + 24) == (data.isEmpty() ? 0 : last.time()), "seal: largest time");
    var expected = new ArrayList<FrameAt>();
    for (var frame : data) {
      if (expected.isEmpty() || frame.offset() - expected.getLast().offset() >= 4096) {
        expected.add(frame);
      }
    }
    require(segment.getInt(at + 28) == expected.size(), "seal: number of index entries");
    for (var i = 0; i < expected.size(); i++) {
      var entry = at + 32 + 12 * i;
      require(segment.getInt(entry) == expected.get(i).firstId() - firstId, "seal: id of an entry");
      require(segment.getInt(entry + 4) * 8L == expected.get(i).offset(), "seal: offset of an entry");
      require(segment.getInt(entry + 8) == expected.get(i).time(), "seal: time of an entry");
    }
    var trailer = segment.capacity() - 16;
    require(segment.getLong(trailer) == seal.offset() && magic(file, trailer + 8).startsWith("SEAL"),
        "seal: trailer");
  }

  /** Returns the frames of a segment, up to where none continues. */
  public static List<FrameAt> frames(byte[] file, long firstId) {
    var bytes = littleEndian(file);
    var frames = new ArrayList<FrameAt>();
    var expected = firstId;
    for (var at = HEADER; at + 32 <= file.length;) {
      var frame = new FrameAt(at, bytes.getInt(at + 4), bytes.getLong(at + 8), bytes.getInt(at + 16),
          bytes.getInt(at + 20), bytes.getInt(at + 24), bytes.get(at + 28), bytes.get(at + 29),
          bytes.getInt(at));
      if (frame.type() == 0 || frame.length() < 0 || frame.length() > file.length - at - 32
          || frame.firstId() != expected || crcOfFrame(file, frame) != frame.checksum()) {
        return frames;
      }
      require(frame.codec() == 0 || (frame.codec() == 1 && (frame.type() == 1 || frame.type() == 2)), "a codec");
      require(bytes.getShort(at + 30) == 0, "flags");
      frames.add(frame);
      expected += frame.count();
      at = frame.end();
    }
    return frames;
  }

  private static int crcOfFrame(byte[] file, FrameAt frame) {
    var crc = new CRC32C();
    crc.update(file, 40, 8);
    crc.update(file, frame.offset() + 4, 28 + frame.length());
    return (int) crc.getValue();
  }

  private static int crc(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  private static long hash(String name) {
    var hash = 0xcbf29ce484222325L;
    for (var b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    return hash;
  }

  private static String magic(byte[] file, int at) {
    return file.length < at + 8 ? "" : new String(file, at, 8, StandardCharsets.US_ASCII);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException(what);
    }
  }
}
