package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A segment that has no seal yet: where the next frame goes, what is written, what is durable.
 *
 * <p>
 * Frames are <em>placed</em> under the stream's lock, <em>written</em> by the stream's leader, and <em>synced</em> by
 * anybody, one at a time under this object's own lock: a sync error is reported to one caller only, so the failure is
 * recorded in the stream's {@link FailStop} before that lock is released, and looked at after it is taken.
 */
public final class SegmentWriter {
  /** An index takes less than one byte for so many bytes of frames. */
  private static final int MOST_INDEX = 256;

  private final Segment segment;
  private final SegmentHeader header;
  private final StartFrame start;
  private final IndexEntries index;
  private final long fileSize;
  private final boolean growing;
  private final boolean mayBeMapped;
  private final NameSync names;
  private final long nameNumber; // among them
  private final FailStop failStop;
  private final BooleanSupplier cleaner;

  // guarded by the stream's lock
  private long placedOffset;
  private long placedId;
  private int lastTime;
  private int lastChecksum;

  // written by the leader
  private volatile long writtenOffset;

  // what is in the ring and, perhaps, not written yet; set under the stream's lock, read by anybody
  private volatile @Nullable StagedFrames staged;

  private final ReentrantLock syncLock = new ReentrantLock();
  private volatile long durableOffset; // guarded by syncLock for writing
  private volatile boolean sealed;

  /** What a writer starts from: an empty segment, or one found at opening. */
  public record Position(long firstId, long offset, long id, int lastTime, int lastChecksum, IndexEntries index,
      boolean durable) {}

  /**
   * Creates the writer of a file that has its name.
   *
   * @param fileSize the size reserved for it in bytes
   * @param growing whether it may grow beyond that because nothing is reserved
   * @param names makes its name durable, which it has just got if it is not yet
   * @param cleaner see {@link OpenFile}
   */
  public SegmentWriter(SegmentFiles files, SegmentHeader header, StartFrame start, Position position, long fileSize,
      boolean growing, NameSync names, BooleanSupplier cleaner) {
    this.header = header;
    this.start = start;
    this.index = position.index();
    this.fileSize = fileSize;
    this.growing = growing;
    this.mayBeMapped = !growing && files.mapped() && files.directory().canMap();
    this.names = names;
    this.nameNumber = position.durable() ? NameSync.DURABLE : names.given();
    this.failStop = names.failStop();
    this.cleaner = cleaner;
    this.segment = Segment.beingWritten(files, position.firstId(), header, index, this);
    this.placedOffset = position.offset();
    this.placedId = position.id();
    this.lastTime = position.lastTime();
    this.lastChecksum = position.lastChecksum();
    this.writtenOffset = placedOffset;
    this.durableOffset = position.durable() ? placedOffset : 0;
  }

  /** Takes over the open file it was prepared through. */
  public void adopt(LogFile file) throws IOException {
    segment.adopt(opened(file));
    segment.file().dirty(!isDurable());
    segment.release();
  }

  /** Returns its open file for readers and writers; closes it if that fails. */
  OpenSegment opened(LogFile file) throws IOException {
    var files = segment.files();
    try {
      return OpenSegment.beingWritten(file, header, index, new Growth(), files.open().reaper());
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private final class Growth implements OpenSegment.Growth {
    @Override
    public long written() {
      return writtenOffset;
    }

    @Override
    public int readStaged(long position, byte[] dst, int offset, int length) throws IOException {
      var frames = StagedFrames.at(position, staged);
      return frames == null ? StagedFrames.NOT_THERE : frames.read(position, dst, offset, length);
    }

    @Override
    public boolean mayBeMapped() {
      return mayBeMapped;
    }

    @Override
    public LogFile reopen() throws IOException {
      return segment.files().directory().open(segment.name(), Access.READ);
    }
  }

  /** Returns it as readers see it. */
  public Segment segment() {
    return segment;
  }

  /** Returns its header. */
  public SegmentHeader header() {
    return header;
  }

  /** Returns the payload of its start frame. */
  public StartFrame start() {
    return start;
  }

  /** Returns the size reserved for it. */
  public long fileSize() {
    return fileSize;
  }

  boolean clean() {
    return cleaner.getAsBoolean();
  }

  // ---- placing, under the stream's lock

  /** Returns whether a frame of this size still fits in front of the seal. */
  public boolean fits(long frameSize) {
    if (frameSize > header.maxFrame()) {
      return false;
    }
    return (growing && records() == 0) || placedOffset + frameSize + Seal.sizeWith(index.size() + 2) <= fileSize;
  }

  /** Returns the records placed. */
  public long records() {
    return placedId - segment.firstId();
  }

  /** Returns where the next frame goes. */
  public long placedOffset() {
    return placedOffset;
  }

  /** Returns the id after the last record placed. */
  public long placedId() {
    return placedId;
  }

  /** Returns the checksum of the last frame placed. */
  public int lastChecksum() {
    return lastChecksum;
  }

  /** Returns the time field for a frame placed now; it never decreases. */
  public int timeField(long nowMillis) {
    var time = Math.clamp(nowMillis - header.created(), 0, 0xFFFF_FFFEL);
    return Integer.compareUnsigned((int) time, lastTime) > 0 ? (int) time : lastTime;
  }

  /** Returns the time from which on the time field does not tell times apart any more. */
  public long timeEnd() {
    return header.created() + 0xFFFF_FFFEL;
  }

  /**
   * Returns how many bytes of frames certainly {@linkplain #fits fit}, however many entries of the index they need; it
   * may be negative.
   */
  public long room() {
    var left = fileSize - placedOffset - Seal.sizeWith(index.size() + 4);
    return Math.min(header.maxFrame(), left - left / MOST_INDEX);
  }

  /** Notes a frame that was placed at {@link #placedOffset()}. */
  public void placed(long frameSize, int count, int time, int checksum) {
    if (index.wants(placedOffset)) {
      index.add(placedId - segment.firstId(), placedOffset, time);
    }
    lastTime = time;
    lastChecksum = checksum;
    placedOffset += frameSize;
    placedId += count;
  }

  /**
   * Begins to have what is placed from {@code offset} on in a half of the ring, where it is read until it is written.
   * What was begun before the last such call has been written by now: there are two halves.
   */
  StagedFrames stage(Ring.Half half, long offset) {
    var before = staged;
    if (before != null) {
      before.forgetBefore();
    }
    var frames = new StagedFrames(half, offset, before);
    staged = frames;
    return frames;
  }

  /** Forgets the frames placed from {@code offset} on, which could not be written. */
  public void unplace(long offset, long id, int checksum) {
    index.dropFrom(id - segment.firstId());
    placedOffset = offset;
    placedId = id;
    lastChecksum = checksum;
  }

  // ---- writing, by the leader

  /** Writes frames that were placed at {@code offset}. */
  public void write(ByteBuffer frames, long offset) throws IOException {
    var length = frames.remaining();
    var open = segment.acquire();
    try {
      segment.file().dirty(true);
      open.file().write(frames, offset);
      writtenOffset = offset + length;
      segment.file().dirty(true); // again: a sync that ran beside the write may have thought that it saw all
    } finally {
      segment.release();
    }
  }

  /** Makes what stands at {@code offset} no frame, durably: what was written there after all must not come back. */
  public void eraseHeader(long offset) throws IOException {
    var open = segment.acquire();
    try {
      segment.file().dirty(true);
      var length = Math.min(Frame.HEADER, open.file().size() - offset);
      if (length > 0) {
        open.file().write(ByteBuffer.allocate((int) length), offset);
      }
      force(open);
    } finally {
      segment.release();
    }
  }

  // ---- syncing, by anybody

  /** Returns whether everything written is durable, the name included. */
  public boolean isDurable() {
    return isNameDurable() && durableOffset >= writtenOffset;
  }

  /** Makes everything written before this call durable. */
  public void sync() throws IOException {
    if (durableOffset >= writtenOffset) {
      return;
    }
    var open = segment.acquire();
    try {
      force(open);
    } finally {
      segment.release();
    }
  }

  /** Makes everything written durable; called by the leader, so that nothing is written meanwhile. */
  public void syncAll() throws IOException {
    sync();
    segment.file().dirty(false); // if another thread's sync came between a write and its note, that note is out of date
  }

  private void force(OpenSegment open) throws IOException {
    syncLock.lock();
    try {
      failStop.check();
      segment.file().dirty(false); // before looking what is written: what comes after says so itself
      var target = writtenOffset;
      try {
        open.file().force();
      } catch (IOException | RuntimeException | Error e) {
        failStop.fail(e);
        throw e;
      }
      durableOffset = target;
    } finally {
      syncLock.unlock();
    }
  }

  /** Returns whether the file's name is known to be durable. */
  public boolean isNameDurable() {
    return names.isDurable(nameNumber);
  }

  /** Makes the file's name durable. */
  public void syncName() throws IOException {
    names.sync(segment.files().directory(), nameNumber);
  }

  /** Returns whether it has its seal. */
  public boolean isSealed() {
    return sealed;
  }

  /**
   * Seals the segment, to which nothing is written any more, all of which must be durable: the seal is written behind
   * the data and synced, then the file is shrunk to it.
   */
  public void seal() throws IOException {
    if (!isDurable() || writtenOffset != placedOffset) {
      throw new IllegalStateException("sealing a segment that is not durable");
    }
    var records = records();
    var seal = new Seal(records, placedOffset, lastChecksum, records == 0 ? 0 : index.time(0),
        records == 0 ? 0 : lastTime,
        index).encode(header.salt(), placedId);
    var end = placedOffset + seal.remaining();
    var open = segment.acquire();
    try {
      segment.file().dirty(true);
      try {
        open.file().write(seal, placedOffset);
      } catch (OutOfSpaceException e) {
        force(open); // half a seal is none; but a file that stays dirty could never be closed to make room
        throw e;
      }
      force(open);
      if (open.file().size() > end) {
        open.file().truncate(end);
      }
      sealed = true;
    } finally {
      segment.release();
    }
  }
}
