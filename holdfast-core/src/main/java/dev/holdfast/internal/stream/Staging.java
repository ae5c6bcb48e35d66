package dev.holdfast.internal.stream;

import dev.holdfast.SyncPolicy;
import dev.holdfast.internal.format.Frame;
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
  private final SyncPolicy policy;
  private final long maxRecords; // of a segment; 0: any number
  private final StreamCounters counters;
  private final RingKeeper ring;

  private @Nullable StagingBuffer filling;
  private long nextId;
  private boolean waiting; // what the leader has taken may not be acknowledged yet
  private long now; // ms, when somebody last looked for room
  private long syncEnd; // everything staged below it is synced with what is staged already

  Staging(StreamContext context, StreamView view, SegmentChain chain, StreamCounters counters,
      RingKeeper ring) {
    this.context = context;
    this.view = view;
    this.chain = chain;
    this.policy = context.options().syncPolicy();
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
   * Returns whether the active segment has room for a frame of this size with so many records; one that is staged next
   * gets the time of this call.
   */
  boolean fitsSegment(long frameSize, int records) {
    now = context.clock().millis();
    var segment = chain.active();
    return segment != null && segment.fits(frameSize) && segment.timeFits(now)
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
    return filling.fits(frameSize);
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
    try {
      half.add(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), source, offset, length);
    } catch (InternalError e) {
      throw faulted(e);
    }
    return added(half, 1, length, false);
  }

  /** Stages a batch, for which there is room and whose payload takes {@code length} bytes; returns its first id. */
  long addBatch(List<byte[]> records, int length) {
    var segment = Objects.requireNonNull(chain.active());
    var half = Objects.requireNonNull(filling);
    try {
      half.addBatch(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), records, length);
    } catch (InternalError e) {
      throw faulted(e);
    }
    return added(half, records.size(), length, true);
  }

  /** Stages a compressed frame, for which there is room; returns its first id. */
  long add(Packed packed) {
    var segment = Objects.requireNonNull(chain.active());
    var half = Objects.requireNonNull(filling);
    try {
      half.add(segment, Frame.unsynced(nextId, view.durableEnd()), segment.timeField(now), packed);
    } catch (InternalError e) {
      throw faulted(e);
    }
    return added(half, packed.count(), packed.uncompressedLength(), packed.type() == Frame.BATCH);
  }

  /** The memory of the ring has faulted: what was acknowledged may not be there any more. */
  private RuntimeException faulted(InternalError e) {
    view.failStop().fail(e);
    return view.failStop().exception();
  }

  private long added(StagingBuffer half, int count, int length, boolean batch) {
    var id = nextId;
    nextId += count;
    counters.appended(count, length);
    var everyN = policy instanceof SyncPolicy.EveryN(var n) && nextId - Math.max(syncEnd, view.durableEnd()) >= n;
    if (everyN || context.mustSync(batch)) {
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
