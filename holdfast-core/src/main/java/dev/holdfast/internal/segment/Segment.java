package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One segment of a stream as readers see it: opened when it is read, and closed when {@link OpenFiles} needs room.
 * Where it ends is not its own affair: the list it stands in says so. Safe for use by many threads.
 */
public final class Segment {
  private static final int WALK_BUFFER = 1 << 16;

  private final SegmentFiles files;
  private final String name;
  private final long firstId;
  private final FileLease lease;
  private final OpenFile<OpenSegment> file;
  private final boolean written;
  private volatile @Nullable End end;

  /** Where the segment that begins at {@code successor} says that this one ends. */
  private record End(long successor, long id) {}

  private Segment(SegmentFiles files, String name, long firstId, FileLease lease, OpenFile<OpenSegment> file,
      boolean written) {
    this.files = files;
    this.name = name;
    this.firstId = firstId;
    this.lease = lease;
    this.file = file;
    this.written = written;
  }

  private static OpenSegment open(FileLease lease, OpenFile.Opener<OpenSegment> opener) throws IOException {
    lease.enter();
    OpenSegment opened = null;
    try {
      opened = opener.open().under(lease);
      return opened;
    } finally {
      if (opened == null) {
        lease.leave();
      }
    }
  }

  /**
   * Returns a segment that is there on disk, about which nothing else is known in memory.
   *
   * @param streamId the random number of the stream, 0 if nothing says it
   * @param endId where its records end as far as they are to be indexed if it has no trusted seal
   */
  public static Segment onDisk(SegmentFiles files, long streamId, long firstId, long endId) {
    var name = Names.segment(firstId);
    return onDisk(files, name, streamId, firstId, endId, new FileLease(files, name));
  }

  private static Segment onDisk(SegmentFiles files, String name, long streamId, long firstId, long endId,
      FileLease lease) {
    return new Segment(files, name, firstId, lease,
        new OpenFile<>(files.open(), () -> open(lease, () -> openOnDisk(files, streamId, firstId, endId))), false);
  }

  /** Returns this segment, which has been sealed, as one that is there on disk. */
  public Segment sealed(long streamId, long endId) {
    return onDisk(files, name, streamId, firstId, endId, lease);
  }

  /** Returns a segment that {@code writer} is writing, or whose index it keeps in memory. */
  static Segment beingWritten(SegmentFiles files, long firstId, SegmentHeader header, IndexEntries index,
      SegmentWriter writer) {
    var name = Names.segment(firstId);
    var lease = new FileLease(files, name);
    return new Segment(files, name, firstId, lease,
        new OpenFile<>(files.open(),
            () -> open(lease, () -> writer.opened(files.directory().open(name, Access.READ_WRITE))),
            writer::clean),
        true);
  }

  /** Gives in the file that it was prepared through, open. */
  void adopt(OpenSegment open) throws IOException {
    lease.enter();
    file.adopt(open.under(lease));
  }

  /**
   * Gives the file another name, under which it waits to become another segment, if it is large enough and not too
   * large for that, nobody in this process has it open, and every byte of it is one of this segment: else null. The
   * segment must be in no list any more.
   */
  public @Nullable Spare recycle(String spareName, long minSize, long maxSize) throws IOException {
    SegmentHeader header;
    long size;
    try (var open = files.directory().open(name, Access.READ)) {
      header = readHeader(open, files, name, firstId);
      size = open.size();
      if (size < minSize || size > maxSize || readSeal(open, header, firstId) == null) {
        return null;
      }
    }
    retire();
    if (!files.directory().hasSingleName(name) || !lease.end()) {
      return null;
    }
    files.directory().rename(name, spareName);
    return new Spare(spareName, size, header.salt());
  }

  /** Returns the id of its first record. */
  public long firstId() {
    return firstId;
  }

  /** Returns its file name. */
  public String name() {
    return name;
  }

  /** Returns where it is. */
  public SegmentFiles files() {
    return files;
  }

  /** Opens it if need be; it stays open until {@link #release()}. */
  public OpenSegment acquire() throws IOException {
    return file.acquire();
  }

  /** Ends a use. */
  public void release() throws IOException {
    file.release();
  }

  /** Closes it as soon as nobody uses it. */
  public void retire() throws IOException {
    file.retire();
  }

  OpenFile<OpenSegment> file() {
    return file;
  }

  /**
   * Returns the id at which this segment, opened as {@code open}, ends as the start frame of the one after it in the
   * log says; if that has no valid one, where that begins. It is smaller if a segment between the two is missing: what
   * this one holds beyond may have been truncated from the back. Looked up once.
   *
   * @throws dev.holdfast.CorruptionException if the other one does not continue this one at all
   */
  public long endBefore(Segment successor, OpenSegment open) throws IOException {
    var known = end;
    if (written) {
      return successor.firstId; // by this process, in this history
    }
    if (known == null || known.successor != successor.firstId) {
      known = new End(successor.firstId, readEnd(successor, open.header()));
      end = known;
    }
    return known.id;
  }

  private long readEnd(Segment successor, SegmentHeader own) throws IOException {
    try (var next = files.directory().open(successor.name, Access.READ)) {
      var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
      var complete = next.read(bytes, 0) == SegmentHeader.SIZE;
      var header = complete ? SegmentHeader.decode(bytes.flip(), files.labelOf(successor.name)) : null;
      var frame = new Frame();
      var start = header == null ? null : readStart(next, header, frame);
      if (header == null || header.streamId() != own.streamId() || start == null) {
        return successor.firstId; // damaged: whoever reads it will say so
      }
      if (frame.firstId() != successor.firstId) { // misnamed: the same
        return start.predecessor() == firstId ? Math.min(frame.firstId(), successor.firstId) : successor.firstId;
      }
      if (start.predecessor() < firstId || (start.predecessor() == firstId && start.epoch() != own.epoch())) {
        throw files.corrupt(successor.name, SegmentHeader.SIZE, successor.firstId,
            "it continues epoch " + start.epoch() + " of the segment that begins at record " + start.predecessor()
                + ", but before it is epoch " + own.epoch() + " of " + name);
      }
      return start.predecessor() == firstId ? successor.firstId : Math.min(successor.firstId, start.predecessor());
    }
  }

  /** Returns the valid start frame of a file, leaving its header fields in {@code into}; or null. */
  public static @Nullable StartFrame readStart(LogFile file, SegmentHeader header, Frame into) throws IOException {
    var bytes = ByteBuffer.allocate(StartFrame.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    if (file.read(bytes, SegmentHeader.SIZE) < StartFrame.SIZE) {
      return null;
    }
    into.read(bytes, 0);
    var valid = into.type() == Frame.START && into.isPlausible(StartFrame.SIZE, header.maxFrame())
        && new FrameChecksum().of(header.salt(), bytes.array(), 0, StartFrame.PAYLOAD) == into.checksum();
    return valid ? StartFrame.decode(bytes, Frame.HEADER) : null;
  }

  private static OpenSegment openOnDisk(SegmentFiles files, long streamId, long firstId, long endId)
      throws IOException {
    var name = Names.segment(firstId);
    var file = files.directory().open(name, Access.READ);
    try {
      var header = readHeader(file, files, name, firstId);
      if (header.nameHash() != files.nameHash() || (streamId != 0 && header.streamId() != streamId)) {
        throw files.corrupt(name, 16, firstId, "the segment belongs to another stream");
      }
      var seal = readSeal(file, header, firstId);
      if (seal != null) {
        var mapped = files.mapped() && files.directory().canMap();
        return OpenSegment.sealed(file, header, seal, mapped, files.open().reaper());
      }
      var index = walk(file, header, firstId, endId);
      return OpenSegment.unsealed(file, header, index, files.open().reaper());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static SegmentHeader readHeader(LogFile file, SegmentFiles files, String name, long firstId)
      throws IOException {
    var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
    var complete = file.read(bytes, 0) == SegmentHeader.SIZE;
    var header = complete ? SegmentHeader.decode(bytes.flip(), files.labelOf(name)) : null;
    if (header == null) {
      throw files.corrupt(name, 0, firstId, "the segment header is damaged");
    }
    return header;
  }

  /** Returns the trusted seal of the file of the segment that begins at {@code firstId}, or null if it has none. */
  public static @Nullable Seal readSeal(LogFile file, SegmentHeader header, long firstId) throws IOException {
    var size = file.size();
    if (size < StartFrame.DATA_START + Seal.sizeWith(0)) {
      return null;
    }
    var trailer = ByteBuffer.allocate(Seal.TRAILER);
    if (file.read(trailer, size - Seal.TRAILER) < Seal.TRAILER) {
      return readSeal(file, header, firstId); // a writer of another process has just sealed it, and shrunk the file
    }
    var offset = Seal.offsetFrom(trailer.flip());
    if (offset < 0 || offset > size - Seal.sizeWith(0) || size - offset > Seal.sizeWith(entriesIn(offset))) {
      return null;
    }
    var bytes = ByteBuffer.allocate((int) (size - offset)).order(ByteOrder.LITTLE_ENDIAN);
    file.read(bytes, offset);
    var frame = new Frame();
    frame.read(bytes, 0);
    if (frame.type() != Frame.SEAL || !frame.isPlausible(bytes.capacity(), header.maxFrame())
        || frame.size() != bytes.capacity()
        || !frame.isSettled()
        || new FrameChecksum().of(header.salt(), bytes.array(), 0, frame.payloadLength()) != frame.checksum()) {
      return null;
    }
    var seal = Seal.decode(bytes, Frame.HEADER, frame.payloadLength());
    return seal != null && seal.dataEnd() == offset && seal.records() >= 0
        && firstId + seal.records() == frame.firstId() ? seal : null;
  }

  private static int entriesIn(long dataEnd) {
    return (int) (dataEnd / IndexEntries.SPACING) + 1;
  }

  /** Builds the index of a segment without a seal by stepping from header to header. */
  private static IndexEntries walk(LogFile file, SegmentHeader header, long firstId, long endId) throws IOException {
    var index = new IndexEntries();
    var window = ByteBuffer.allocate(WALK_BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    var windowStart = 0L;
    window.limit(0);
    var frame = new Frame();
    var size = file.size();
    var offset = (long) StartFrame.DATA_START;
    var id = firstId;
    while (id < endId && offset + Frame.HEADER <= size) {
      if (offset < windowStart || offset + Frame.HEADER > windowStart + window.limit()) {
        windowStart = offset;
        file.read(window.clear(), offset);
        if (window.flip().limit() < Frame.HEADER) {
          break; // a writer of another process has just sealed it, and shrunk the file: all records were before
        }
      }
      frame.read(window, (int) (offset - windowStart));
      if (!frame.isPlausible(size - offset, header.maxFrame()) || frame.firstId() != id) {
        break; // whoever looks for a record behind this finds out
      }
      if (frame.isData() && index.wants(offset)) {
        index.add(id - firstId, offset, (int) frame.time());
      }
      id = frame.endId();
      offset += frame.size();
    }
    return index;
  }
}
