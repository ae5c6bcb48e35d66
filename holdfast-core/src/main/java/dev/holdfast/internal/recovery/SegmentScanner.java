package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.CompressedPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.RunChecksum;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.FileWindow;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one segment through, validating every frame. Changes nothing. */
public final class SegmentScanner {
  private static final long NO_STREAM = Names.hash(""); // what record logs have
  /** How many bytes of frames are looked at twice, which then are still in the fastest cache. */
  private static final int RUN = 1 << 13;

  private final FileWindow window;
  private final LogFile file;
  private final SegmentHeader header;
  private final long firstId;
  private final Frame frame = new Frame();
  private final FrameChecksum checksum = new FrameChecksum();
  private final RunChecksum run = new RunChecksum();
  private byte[] piece = {}; // of the window
  private final IndexEntries index = new IndexEntries();
  private @Nullable StartFrame start;
  private long offset = SegmentHeader.SIZE;
  private long nextEntry;
  private long expected;
  private long proved;
  private int lastChecksum;
  private int lastTime;
  private boolean sealed;
  private String unsupported = "";

  private SegmentScanner(FileWindow window, LogFile file, SegmentHeader header, long firstId) {
    this.window = window;
    this.file = file;
    this.header = header;
    this.firstId = firstId;
    this.expected = firstId;
  }

  /**
   * The outcome.
   *
   * @param segment what was found; null if the start frame is not valid
   * @param residue whether anything but zeros follows the last frame that continues
   * @param proved what valid frames prove, also without a start frame
   * @param unsupported what of it was written by a newer version, or an empty text
   */
  public record Result(@Nullable ScannedSegment segment, boolean residue, long proved, String unsupported) {}

  /**
   * Reads the segment that begins at {@code firstId} through.
   *
   * @throws IOException if it cannot be read: then nothing is concluded
   */
  public static Result scan(LogFile file, SegmentHeader header, long firstId) throws IOException {
    var memory = ReadMemory.take(file.size());
    try {
      return new SegmentScanner(new FileWindow(file, memory), file, header, firstId).run();
    } finally {
      ReadMemory.giveBack(memory);
    }
  }

  private Result run() throws IOException {
    while (step() && !sealed) {
      takeRecords();
    }
    var residue = false;
    if (unsupported.isEmpty()) {
      var hunt = new FrameHunt(file, header, expected, sealed ? offset + frame.size() : offset);
      residue = hunt.run();
      proved = Math.max(proved, hunt.proved());
    }
    var found = start == null
        ? null
        : new ScannedSegment(firstId, header, start, index, offset, expected, lastChecksum, lastTime,
            window.fileSize(), sealed, residue, proved);
    return new Result(found, residue, proved, unsupported);
  }

  /**
   * Takes the frames that continue and have one record each, as it was appended, as far as the window has them whole.
   * Nearly all frames of nearly all segments are taken here; {@link #step} looks at what this stops in front of, and
   * would take each of them, too.
   */
  private void takeRecords() {
    long before;
    do {
      before = offset;
      takeRun();
      if (offset == before) {
        takeEach();
      }
    } while (offset > before);
  }

  /**
   * Takes such frames, some kilobytes of them, as long as they are of the size of the first one, with one checksum over
   * all of them; if that does not agree, none. They are copied once more: an array is faster to look into.
   */
  private void takeRun() {
    var at = window.at(offset);
    var left = (int) Math.min(RUN, Math.min(window.loadedEnd(), window.fileSize()) - offset);
    if (left < Frame.HEADER || !run.isFor(header.salt(), window.buffer().getInt(at + Frame.LENGTH))) {
      return;
    }
    if (piece.length == 0) {
      piece = new byte[RUN];
    }
    window.view().clear().get(at, piece, 0, left);
    var frames = run.take(piece, 0, left, expected, Long.MAX_VALUE, header.maxFrame());
    if (frames > 0) {
      tookRun(frames, run.size());
    }
  }

  /** Goes on behind so many frames of one size, each with one record, that are valid and begin {@link #piece}. */
  private void tookRun(int frames, int size) {
    var durable = proved;
    for (var i = 0; i < frames; i++) {
      var unsynced = Frame.field(piece, i * size, Frame.UNSYNCED);
      durable = unsynced == Frame.PROVES_NOTHING
          ? durable
          : Math.max(durable, expected + i - Integer.toUnsignedLong(unsynced));
    }
    proved = durable;
    var next = Math.ceilDiv(Math.max(0, nextEntry - offset), size); // the frame that gets the next entry
    while (next < frames) {
      var its = offset + next * size;
      index.add(expected + next - firstId, its, Frame.field(piece, (int) next * size, Frame.TIME));
      nextEntry = its + IndexEntries.SPACING;
      next = Math.ceilDiv(nextEntry - offset, size);
    }
    lastChecksum = Frame.field(piece, (frames - 1) * size, Frame.CHECKSUM);
    lastTime = Frame.field(piece, (frames - 1) * size, Frame.TIME);
    offset += (long) frames * size;
    expected += frames;
  }

  /** Takes each by its own checksum, until some kilobytes are behind it. */
  private void takeEach() {
    var buffer = window.buffer();
    var view = window.view();
    var salt = header.salt();
    var maxFrame = header.maxFrame();
    var base = offset - window.at(offset); // of the window, in the file
    var end = Math.min(window.loadedEnd(), window.fileSize()) - base;
    var at = (int) (offset - base);
    var id = expected;
    var durable = proved;
    var nextEntryAt = nextEntry - base;
    var last = lastChecksum;
    var time = lastTime;
    var stop = at + RUN;
    while (at < stop && end - at >= Frame.HEADER) {
      var checksumAndLength = buffer.getLong(at + Frame.CHECKSUM);
      var counts = buffer.getLong(at + Frame.COUNT);
      var rest = buffer.getLong(at + Frame.TIME);
      var length = (int) (checksumAndLength >>> 32);
      var size = Frame.sizeOf(length);
      var unsynced = counts >>> 32;
      var provesNothing = (int) unsynced == Frame.PROVES_NOTHING;
      if (buffer.getLong(at + Frame.FIRST_ID) != id || (int) counts != 1 || rest >>> 32 != Frame.RECORD // no codec, no flags
          || length < 0 || size > end - at || size > maxFrame || (unsynced > id && !provesNothing)
          || checksum.of(salt, view, at, length) != (int) checksumAndLength) {
        break;
      }
      if (at >= nextEntryAt) {
        index.add(id - firstId, base + at, (int) rest);
        nextEntryAt = (long) at + IndexEntries.SPACING;
      }
      if (!provesNothing) {
        durable = Math.max(durable, id - unsynced);
      }
      last = (int) checksumAndLength;
      time = (int) rest;
      at += (int) size;
      id++;
    }
    offset = base + at;
    expected = id;
    proved = durable;
    nextEntry = base + nextEntryAt;
    lastChecksum = last;
    lastTime = time;
  }

  private boolean step() throws IOException {
    if (!window.load(offset, Frame.HEADER)) {
      return false;
    }
    var buffer = window.buffer();
    frame.read(buffer, window.at(offset));
    if (!frame.isPlausible(window.fileSize() - offset, header.maxFrame()) || frame.firstId() != expected
        || frame.type() == Frame.START != (offset == SegmentHeader.SIZE)
        || (frame.type() == Frame.SEAL && frame.size() > Seal.sizeWith((int) (offset / IndexEntries.SPACING) + 1))
        || !window.load(offset, Frame.HEADER + (long) frame.payloadLength())) {
      return false;
    }
    var at = window.at(offset);
    if (checksum.of(header.salt(), window.view(), at, frame.payloadLength()) != frame.checksum()) {
      return false;
    }
    if (!frame.unsupported().isEmpty()) {
      unsupported = frame.unsupported();
      return false;
    }
    if (frame.isCompressed() && header.nameHash() == NO_STREAM) {
      unsupported = "compressed frames in a record log";
      return false;
    }
    return accept(at + Frame.HEADER);
  }

  private boolean accept(int payload) {
    if (!hasShape(payload)) {
      return false;
    }
    proved = Math.max(proved, frame.provedDurable());
    if (frame.type() == Frame.START) {
      start = StartFrame.decode(window.buffer(), payload);
      lastChecksum = frame.checksum();
      lastTime = (int) frame.time();
    } else if (frame.isData()) {
      if (offset >= nextEntry) {
        index.add(expected - firstId, offset, (int) frame.time());
        nextEntry = offset + IndexEntries.SPACING;
      }
      lastChecksum = frame.checksum();
      lastTime = (int) frame.time();
    }
    sealed = frame.type() == Frame.SEAL;
    if (!sealed) {
      offset += frame.size();
      expected = frame.endId();
    }
    return true;
  }

  /** Returns whether the payload has the shape of its type; nothing is decompressed for it. */
  private boolean hasShape(int payload) {
    if (frame.isCompressed()) {
      return CompressedPayload.isValid(window.buffer(), payload, frame, header.maxFrame());
    }
    return switch (frame.type()) {
      case Frame.BATCH -> BatchPayload.isValid(window.buffer(), payload, frame.payloadLength(), frame.count());
      case Frame.SEAL -> Seal.decode(window.buffer(), payload, frame.payloadLength()) != null;
      default -> true;
    };
  }
}
