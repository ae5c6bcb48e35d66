package dev.holdfast.internal.stream;

import dev.holdfast.SyncPolicy;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.segment.SegmentWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is appended and not yet written: gives records their ids and places them, as frames, into the half that is being
 * filled. Called under the stream's lock.
 */
final class Staging {
  private final StreamContext context;
  private final StreamView view;
  private final SegmentChain chain;
  private final long everyN; // records after which the policy wants a sync, 0: it does not count
  private final boolean syncsRecords;
  private final boolean syncsBatches;
  private final long maxRecords; // of a segment; 0: any number
  private final StreamCounters counters;
  private final RingKeeper ring;

  private @Nullable StagingBuffer filling;
  private long nextId;
  private boolean waiting; // what the leader has taken may not be acknowledged yet
  private long now; // ms, when somebody last looked for room
  private long syncEnd; // everything staged below it is synced with what is staged already
  private long room; // so many bytes of frames fit the half and the segment, perhaps more
  private long recordRoom; // and so many records,
  private long timeEnd; // before this time

  Staging(StreamContext context, StreamView view, SegmentChain chain, StreamCounters counters,
      RingKeeper ring) {
    this.context = context;
    this.view = view;
    this.chain = chain;
    this.everyN = context.options().syncPolicy() instanceof SyncPolicy.EveryN(var n) ? n : 0;
    this.syncsRecords = context.mustSync(false);
    this.syncsBatches = context.mustSync(true);
    this.maxRecords = context.options().maxRecordsPerSegment();
    this.counters = counters;
    this.ring = ring;
  }

  /** Returns the id the next record gets. */
  long nextId() {
    return nextId;
  }

  /** Sets where ids go on: after opening, and after a truncation from the back. */
  void goOnAt(long id) {
    nextId = id;
    syncEnd = 0;
    room = 0;
  }

  /** Returns whether everything staged has been taken by a leader. */
  boolean isEmpty() {
    return filling == null;
  }

  /** Returns the half that is being filled, if there is one. */
  @Nullable
  StagingBuffer filling() {
    return filling;
  }

  /**
   * Returns whether there certainly is room for a frame of this size with so many records; one that is staged next gets
   * the time of this call. If not, {@link #fitsSegment} and {@link #fitsHalf} say whether there is.
   */
  boolean fitsSurely(long frameSize, int records) {
    if (frameSize > room || records > recordRoom) {
      return false;
    }
    now = context.clock().millis();
    return now < timeEnd;
  }

  /** Calculates how much room there is, for the frames after this one. */
  private void findRoom(SegmentWriter segment, StagingBuffer half) {
    room = Math.min(segment.room(), half.room());
    recordRoom = (maxRecords == 0 ? 0xFFFF_FFFFL : maxRecords) - segment.records();
    timeEnd = segment.timeEnd();
  }

  /**
   * Returns whether the active segment has room for a frame of this size with so many records; one that is staged next
   * gets the time of this call.
   */
  boolean fitsSegment(long frameSize, int records) {
    now = context.clock().millis();
    var segment = chain.active();
    return segment != null && segment.fits(frameSize) && now < segment.timeEnd()
        && segment.records() + records <= 0xFFFF_FFFFL
        && (maxRecords == 0 || segment.records() == 0 || segment.records() + records <= maxRecords);
  }

  /** Returns whether a half has room for a frame of this size that fits the active segment. */
  boolean fitsHalf(long frameSize) {
    if (filling == null) {
      var segment = Objects.requireNonNull(chain.active());
      var buffer = context.buffers().take(frameSize);
      buffer.begin(segment);
      try {
        ring.mirror(buffer, segment);
      } catch (InternalError e) {
        context.buffers().giveBack(buffer);
        throw faulted(e);
      }
      filling = buffer;
    }
    if (!filling.fits(frameSize)) {
      return false;
    }
    findRoom(Objects.requireNonNull(chain.active()), filling);
    return true;
  }

  /**
   * Returns whether everything staged may be acknowledged: it is in the ring, so is what the leader is writing, and
   * nobody has been promised that any of it is durable.
   */
  boolean isKept() {
    return !waiting && (filling == null || (filling.isMirrored() && !filling.needsSync()));
  }

  /** Notes that what the leader had taken is written. */
  void written() {
    waiting = false;
  }

  /** Stages one record, for which there is room; returns its id. */
  long add(byte[] source, int offset, int length) {
    var segment = Objects.requireNonNull(chain.active());
    var half = Objects.requireNonNull(filling);
    half.add(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), source, offset, length);
    room -= Frame.sizeOf(length);
    return added(half, 1, length, false);
  }

  /** Stages a batch, for which there is room and whose payload takes {@code length} bytes; returns its first id. */
  long addBatch(List<byte[]> records, int length) {
    var segment = Objects.requireNonNull(chain.active());
    var half = Objects.requireNonNull(filling);
    half.addBatch(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), records, length);
    room -= Frame.sizeOf(length);
    return added(half, records.size(), length, true);
  }

  /** Stages a compressed frame, for which there is room; returns its first id. */
  long add(Packed packed) {
    var segment = Objects.requireNonNull(chain.active());
    var half = Objects.requireNonNull(filling);
    half.add(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), packed);
    room -= Frame.sizeOf(packed.length());
    return added(half, packed.count(), packed.uncompressedLength(), packed.type() == Frame.BATCH);
  }

  /** The memory of the ring has faulted: what was acknowledged may not be there any more. Fails the stream. */
  RuntimeException faulted(InternalError e) {
    view.failStop().fail(e);
    return view.failStop().exception();
  }

  private long added(StagingBuffer half, int count, int length, boolean batch) {
    var id = nextId;
    nextId += count;
    recordRoom -= count;
    counters.appended(count, length);
    if ((batch ? syncsBatches : syncsRecords)
        || (everyN > 0 && nextId - Math.max(syncEnd, view.durableEnd()) >= everyN)) {
      half.needSync();
      syncEnd = nextId;
    }
    return id;
  }

  /** Takes the half that is being filled, to be written by the leader; null if nothing is staged. */
  @Nullable
  StagingBuffer take() {
    var half = filling;
    filling = null;
    room = 0;
    waiting |= half != null && (!half.isMirrored() || half.needsSync());
    return half;
  }

  /** Takes back what was staged from {@code half} on, which could not be written. */
  void undo(StagingBuffer half) {
    var later = take();
    if (later != null) {
      later.eraseMirror();
      context.buffers().giveBack(later);
    }
    chain.abandonActive(half.offset(), half.firstId(), half.checksumBefore());
    goOnAt(half.firstId());
  }
}
