package dev.holdfast.corruption;

import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Puts a log together from the classes of the format, everything in it given: the same bytes every time. */
public final class LogBuilder {
  /** The name of its stream. */
  public static final String STREAM = "orders";
  /** Where the stream's files are. */
  public static final String PREFIX = "streams/" + STREAM + "/";
  /** When everything in it was created, ms since 1970. */
  public static final long CREATED = 1_790_000_000_000L;
  /** The size its segments are prepared with. */
  public static final int RESERVED = 4096;
  private static final long STREAM_ID = 0x0123456789ABCDEFL;
  private static final long SALT = 0x5A17000000000000L;
  private static final int MAX_FRAME = 1 << 26;

  private LogImage image = LogImage.empty().with("LOCK", new byte[0]).with("READERS", new byte[0]);

  /** Creates a log without a stream. */
  public LogBuilder() {
    var format = new byte[LogFormat.SIZE];
    LogFormat.ofNewLog(new UUID(0x1111111122222222L, 0x3333333344444444L), CREATED).encode().get(format);
    image = image.with("FORMAT", format);
  }

  /** Returns the header of a segment of an epoch; the salt follows from both. */
  public static SegmentHeader header(long epoch, long firstId) {
    return header(epoch, firstId, RESERVED);
  }

  /** Returns the header of a segment that was prepared with {@code reserved} bytes. */
  public static SegmentHeader header(long epoch, long firstId, long reserved) {
    return new SegmentHeader(Names.hash(STREAM), STREAM_ID, SALT + (epoch << 32) + firstId, epoch, CREATED, reserved,
        MAX_FRAME);
  }

  /** Returns the first segment of a stream, empty. */
  public static SegmentBuilder first() {
    return new SegmentBuilder(header(1, 0), 0, StartFrame.FIRST, 0);
  }

  /** Returns a segment of the same epoch that continues another, empty. */
  public static SegmentBuilder after(SegmentBuilder before, int unsynced) {
    return new SegmentBuilder(header(before.header().epoch(), before.nextId()), before.nextId(),
        before.asPredecessor(), unsynced);
  }

  /** Returns one that was begun before the other's name was durable. */
  public static SegmentBuilder afterUnnamed(SegmentBuilder before, int unsynced) {
    return new SegmentBuilder(header(before.header().epoch(), before.nextId()), before.nextId(),
        before.asUnnamedPredecessor(), unsynced);
  }

  /** Returns the content of record {@code id}. */
  public static byte[] payload(long id) {
    return ("record " + id).getBytes(StandardCharsets.UTF_8);
  }

  /** Appends records, each of which says that everything before {@code durable} is durable. */
  public static SegmentBuilder fill(SegmentBuilder segment, int records, long durable) {
    for (var i = 0; i < records; i++) {
      var id = segment.nextId();
      segment.record(payload(id), (int) Math.max(0, id - durable), 10 * (int) id);
    }
    return segment;
  }

  /** Adds a file of the stream. */
  public LogBuilder file(String name, byte[] content) {
    image = image.with(PREFIX + name, content);
    return this;
  }

  /** Adds a segment. */
  public LogBuilder segment(long firstId, byte[] content) {
    return file(Names.segment(firstId), content);
  }

  /** Adds STATE. */
  public LogBuilder state(long epoch, long watermark, long floor) {
    return file(Names.STATE,
        new StateSlot(3, epoch, watermark, watermark, floor, Names.hash(STREAM), STREAM_ID).encodeFile());
  }

  /** Returns the log. */
  public LogImage image() {
    return image;
  }
}
