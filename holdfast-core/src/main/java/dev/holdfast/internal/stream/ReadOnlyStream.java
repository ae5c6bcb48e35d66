package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.IdRange;
import dev.holdfast.RecoveryReport;
import dev.holdfast.StreamNotFoundException;
import dev.holdfast.StreamStats;
import dev.holdfast.TxnWriter;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.recovery.RingFrames;
import dev.holdfast.internal.recovery.StreamFiles;
import dev.holdfast.internal.recovery.StreamScan;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a log that is open for reading, perhaps beside a writer of another process: looks at STATE whenever the
 * end is reached. Changes nothing. The rules are in {@code docs/CRASH-SAFETY.md}, "Reading beside a live writer".
 */
public final class ReadOnlyStream extends ReadableStream {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int LOOKS = 20;
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private SegmentFiles files; // set before the stream is handed out
  private final BooleanSupplier writerAlive;
  private final RecoveryReport recovery;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CorruptionException damage; // guarded by lock
  private @Nullable CorruptionException tornTail; // guarded by lock
  private long streamId; // guarded by lock: 0 if nothing says it
  private long sequence; // guarded by lock: of the slot of STATE looked at last
  private long epoch; // guarded by lock: of the newest segment known

  private ReadOnlyStream(StreamHome home, StreamContext context, SegmentFiles files, BooleanSupplier writerAlive)
      throws IOException {
    super(new StreamView(home.name(), new FailStop(home.name())), context);
    this.files = files;
    this.writerAlive = writerAlive;
    var begun = System.nanoTime();
    this.recovery = scan(files).report(home.name(), Duration.ofNanos(System.nanoTime() - begun));
  }

  /**
   * Opens a stream for reading.
   *
   * @param writerAlive says whether anybody has the log open for writing
   * @throws StreamNotFoundException if it does not exist
   */
  public static ReadOnlyStream open(StreamHome home, StreamContext context, BooleanSupplier writerAlive)
      throws IOException {
    var files = home.files().orElseThrow(() -> new StreamNotFoundException("there is no stream '" + home.name() + "'"));
    return new ReadOnlyStream(home, context, files, writerAlive);
  }

  /** Takes a first look; beside a writer damage is believed only if it is still there when nothing has changed. */
  private Recovered scan(SegmentFiles found) throws IOException {
    lock.lock();
    try {
      for (var look = 1;; look++) {
        var alive = writerAlive.getAsBoolean();
        try {
          // a writer's ring is its own business: it says how far others may read
          files = alive ? found : RingFrames.read(found).over(found);
          var recovered = StreamScan.of(files);
          if (!recovered.isCorrupt() || look == LOOKS || !(alive || writerAlive.getAsBoolean())) {
            show(recovered, alive);
            return recovered;
          }
        } catch (IOException e) { // beside a writer files vanish, and shrink when they are sealed
          if (look == LOOKS || !(alive || e instanceof NoSuchFileException)) {
            throw e;
          }
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } finally {
      lock.unlock();
    }
  }

  private void show(Recovered recovered, boolean alive) {
    var slot = recovered.state().newest();
    sequence = slot == null ? 0 : slot.sequence();
    epoch = recovered.files().newestEpoch();
    streamId = recovered.files().streamId();
    damage = recovered.isCorrupt() ? recovered.corruption(files) : null;
    tornTail = alive ? null : recovered.tornTail(files);
    var durable = recovered.durableEnd();
    var known = slot == null || slot.epoch() < epoch ? 0 : Math.min(slot.visible(), recovered.end());
    view.begin(segmentsOf(recovered.files(), Map.of()), recovered.end());
    view.durable(durable);
    view.visible(alive ? Math.max(durable, known) : recovered.end());
  }

  private List<Segment> segmentsOf(StreamFiles listing, Map<Long, Segment> known) {
    var live = listing.live();
    var segments = new ArrayList<Segment>();
    for (var i = 0; i < live.size(); i++) {
      var firstId = live.get(i);
      var end = i + 1 < live.size() ? live.get(i + 1) : Long.MAX_VALUE;
      var old = known.get(firstId);
      segments.add(old == null ? Segment.onDisk(files, listing.streamId(), firstId, end) : old);
    }
    return segments;
  }

  @Override
  void refresh() {
    lock.lock();
    try {
      for (var look = 0; look < LOOKS && !look(); look++) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (IOException e) {
      throw new WalIOException("cannot read " + files.label() + ": " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /** Looks at STATE and, if it has changed, at the list of files; false if that changed meanwhile. */
  private boolean look() throws IOException {
    try {
      var state = StreamScan.readState(files);
      var slot = state.newest();
      // A new epoch is in STATE before its segment has a name; nothing more may be written to STATE when it has got it.
      if (slot == null) {
        lookForDirectory();
        return true;
      }
      if (slot.sequence() == sequence && slot.epoch() <= epoch) {
        return true;
      }
      if (streamId != 0 && slot.streamId() != streamId) {
        view.delete(); // and another one of the name created
        return true;
      }
      var listing = StreamScan.list(files, state);
      if (slot.sequence() == sequence && listing.newestEpoch() <= epoch) {
        return true; // the epoch has not begun, or its segments are gone: that is for the scan to say
      }
      var again = StreamScan.readState(files).newest();
      if (again == null || again.epoch() != slot.epoch()) {
        return false;
      }
      follow(slot, listing);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** A stream whose directory is gone has been deleted; one without a STATE is read as it was found. */
  private void lookForDirectory() throws IOException {
    try {
      files.directory().list();
    } catch (NoSuchFileException e) {
      view.delete();
    }
  }

  private void follow(StateSlot slot, StreamFiles listing) throws IOException {
    var cut = listing.firstBeyondEpoch(epoch);
    var segments = view.segments();
    if (cut < Long.MAX_VALUE) { // also where nothing of it was visible yet: a file may have been replaced by its like
      var kept = known(segment -> segment.firstId() < cut);
      view.cut(cut, list -> list.with(segmentsOf(listing, kept)));
    } else if (!segments.hasFirstIds(listing.live())) {
      var last = segments.size() == 0 ? 0 : segments.get(segments.size() - 1).firstId();
      var grown = !listing.live().isEmpty() && listing.live().getLast() > last;
      var kept = known(segment -> !grown || segment.firstId() < last); // one that was growing may be sealed by now
      view.segments(list -> list.with(segmentsOf(listing, kept)));
    }
    sequence = slot.sequence();
    epoch = Math.max(epoch, listing.newestEpoch());
    if (slot.visible() > view.visibleEnd()) {
      damage = null;
    }
    tornTail = null; // a writer has come meanwhile, and has decided
    view.durable(Math.max(view.durableEnd(), slot.watermark()));
    view.visible(Math.max(view.visibleEnd(), slot.visible()));
  }

  private Map<Long, Segment> known(Predicate<Segment> which) {
    return view.segments().asList().stream().filter(which)
        .collect(Collectors.toMap(Segment::firstId, Function.identity()));
  }

  @Override
  void atEnd(long id) {
    refresh();
    lock.lock();
    try {
      if (damage != null && id >= view.readableEnd()) {
        throw damage;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  long pollNanos() {
    return POLL_NANOS;
  }

  @Override
  @Nullable
  Segment activeSegment() {
    var segments = view.segments();
    return segments.size() == 0 ? null : segments.get(segments.size() - 1);
  }

  @Override
  public RecoveryReport recovery() {
    return recovery;
  }

  @Override
  public StreamStats stats() {
    view.checkOpen();
    refresh();
    return new StreamStats(view.readableEnd() - view.firstId(), view.segments().size(), 0, 0, 0, 0, 0);
  }

  @Override
  public Optional<CorruptionException> tornTail() {
    view.checkOpen();
    refresh();
    lock.lock();
    try {
      return Optional.ofNullable(tornTail);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the files. */
  public void close() throws IOException {
    view.close();
    for (var segment : view.segments().asList()) {
      segment.retire();
    }
  }

  // ---- what a log that is open for reading refuses

  @Override
  public long streamId() {
    lock.lock();
    try {
      return streamId;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitAppended() {
    throw refused("awaitAppended");
  }

  private static UnsupportedOperationException refused(String what) {
    return new UnsupportedOperationException(what + ": the log is open for reading only");
  }

  @Override
  public long append(byte[] record) {
    throw refused("append");
  }

  @Override
  public long append(byte[] source, int offset, int length) {
    throw refused("append");
  }

  @Override
  public long append(ByteBuffer record) {
    throw refused("append");
  }

  @Override
  public CompletableFuture<Long> appendAsync(byte[] record) {
    throw refused("appendAsync");
  }

  @Override
  public CompletableFuture<Long> appendAsync(byte[] source, int offset, int length) {
    throw refused("appendAsync");
  }

  @Override
  public CompletableFuture<Long> appendAsync(ByteBuffer record) {
    throw refused("appendAsync");
  }

  @Override
  public IdRange appendBatch(List<byte[]> records) {
    throw refused("appendBatch");
  }

  @Override
  public CompletableFuture<IdRange> appendBatchAsync(List<byte[]> records) {
    throw refused("appendBatchAsync");
  }

  @Override
  public TxnWriter txn() {
    throw refused("txn");
  }

  @Override
  public void sync() {
    throw refused("sync");
  }

  @Override
  public void awaitDurable(long id) {
    throw refused("awaitDurable");
  }

  @Override
  public IdRange truncateBefore(long id) {
    throw refused("truncateBefore");
  }

  @Override
  public IdRange truncateFrom(long id) {
    throw refused("truncateFrom");
  }
}
