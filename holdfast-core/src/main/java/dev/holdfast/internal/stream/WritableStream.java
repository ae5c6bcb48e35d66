package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.IdRange;
import dev.holdfast.RecoveryReport;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.StreamStats;
import dev.holdfast.TxnWriter;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.recovery.Recovered;
import dev.holdfast.internal.recovery.RingFrames;
import dev.holdfast.internal.recovery.StreamScan;
import dev.holdfast.internal.segment.FailStop;
import dev.holdfast.internal.segment.Segment;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A stream of a log that is open for writing. */
public final class WritableStream extends ReadableStream {
  private final StreamHome home;
  private final SegmentChain chain;
  private final RingKeeper ring;
  private final GroupCommit commits;
  private final Intake intake;
  private final StreamContext context;
  private RecoveryReport recovery; // set before the stream is handed out

  private WritableStream(StreamHome home, StreamContext context) {
    super(new StreamView(home.name(), new FailStop(home.name())), context);
    this.home = home;
    this.context = context;
    this.ring = new RingKeeper(context, home);
    this.chain = new SegmentChain(home, context, view, reader, this::tryClean, ring::isThere);
    this.commits = new GroupCommit(context, view, chain, ring);
    this.intake = new Intake(view, options, context.compression(), new Appender(view, chain, commits));
    this.recovery = new RecoveryReport(home.name(), RecoveryReport.Outcome.NEW, new IdRange(0, 0), 0, 0, 0,
        Duration.ZERO, Duration.ZERO, List.of());
  }

  /**
   * Opens a stream, recovering what there is; one that does not exist is created by its first append.
   *
   * @throws dev.holdfast.CorruptionException if records that were promised durable are missing, and the policy is
   *   ERROR; nothing was changed
   */
  public static WritableStream open(StreamHome home, StreamContext context) throws IOException {
    var stream = new WritableStream(home, context);
    var files = home.files();
    if (files.isPresent()) {
      try {
        stream.recover(files.get());
      } catch (IOException | RuntimeException | Error e) {
        stream.closeAfter(e); // the log may be closed, and opened by somebody else
        throw e;
      }
    }
    return stream;
  }

  private void closeAfter(Throwable failure) {
    try {
      chain.close();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Creates the stream without any record, durably, unless it exists. */
  public void createEmpty() {
    change(() -> {
      if (!chain.exists()) {
        chain.beginSegment(0);
      }
      return new IdRange(0, 0);
    });
  }

  private void recover(SegmentFiles files) throws IOException {
    var begun = System.nanoTime();
    var ring = RingFrames.read(files);
    var recovered = StreamScan.of(ring.over(files));
    if (recovered.isCorrupt() && options.corruptionPolicy() == CorruptionPolicy.ERROR) {
      throw recovered.corruption(files);
    }
    ring.write(files, recovered);
    chain.recover(files, recovered, ring);
    if (recovered.end() == 0 && recovered.files().newestEpoch() <= 1) {
      chain.awaitFoundNames(); // the first append follows the sync of the name: here there was none, but it can be seen
    }
    commits.startAt(recovered.end());
    var settling = mustSettleFirst(recovered);
    if (settling) {
      settle();
    }
    view.visible(recovered.end());
    if (!recovered.isCorrupt()) { // readers beside this writer see what its own readers see, also before the first append
      publishState(settling);
    }
    recovery = recovered.report(name(), Duration.ofNanos(System.nanoTime() - begun));
    switch (recovery.outcome()) {
      case TORN_TAIL -> Log.info(recovery.toString());
      case CORRUPT -> Log.warning(recovery.toString());
      default -> { // nothing was dropped; merely asking for the level would take longer than recovering
      }
    }
  }

  /** Settling has set a timer, after which a thread of the log does the same: then one at a time. */
  private void publishState(boolean withTimer) throws IOException {
    if (withTimer) {
      commits.exclusively(() -> {
        commits.later().publish();
        return true;
      });
    } else {
      chain.publishState();
    }
  }

  /**
   * A reader sees a record only once its policy's promise is kept; nobody knows which of these records were batches.
   */
  private boolean mustSettleFirst(Recovered recovered) {
    return chain.isUnsettled() && recovered.end() > recovered.durableEnd()
        && context.mustSync(true);
  }

  private void settle() throws IOException {
    commits.exclusively(() -> {
      chain.sync(commits.nextId());
      return true;
    });
  }

  /**
   * Makes everything durable, unless somebody is at work here right now; for whoever wants to close one of the files.
   */
  private boolean tryClean() {
    try {
      return commits.tryExclusively(() -> {
        chain.sync(view.visibleEnd());
        chain.publishState();
        return true;
      });
    } catch (IOException | WalException e) {
      Log.warning("stream '" + name() + "' has failed", e);
      return false;
    }
  }

  // ---- appending

  @Override
  public long append(byte[] record) {
    return intake.append(record, 0, record.length);
  }

  @Override
  public long append(byte[] source, int offset, int length) {
    return intake.append(source, offset, length);
  }

  @Override
  public long append(ByteBuffer record) {
    return intake.append(record);
  }

  @Override
  public CompletableFuture<Long> appendAsync(byte[] record) {
    return intake.appendAsync(record, 0, record.length);
  }

  @Override
  public CompletableFuture<Long> appendAsync(byte[] source, int offset, int length) {
    return intake.appendAsync(source, offset, length);
  }

  @Override
  public CompletableFuture<Long> appendAsync(ByteBuffer record) {
    return intake.appendAsync(record);
  }

  @Override
  public IdRange appendBatch(List<byte[]> records) {
    return intake.appendBatch(records);
  }

  @Override
  public CompletableFuture<IdRange> appendBatchAsync(List<byte[]> records) {
    return intake.appendBatchAsync(records);
  }

  @Override
  public TxnWriter txn() {
    view.checkOpen();
    return new Transaction(this, options);
  }

  // ---- syncing and truncating

  @Override
  public void sync() {
    commits.sync(Long.MAX_VALUE);
  }

  @Override
  public void awaitDurable(long id) {
    checkId("id", id);
    if (id >= view.acknowledgedEnd()) {
      throw new IllegalArgumentException("id must be below " + view.acknowledgedEnd() + ", the next one, not " + id);
    }
    commits.sync(id + 1);
  }

  @Override
  public IdRange truncateBefore(long id) {
    checkId("id", id);
    var alone = options.preallocate() && view.segments().indexOf(id) > 0 && home.readers().keepOut();
    try { // asked before: nobody else is to wait for the answer
      return change(() -> {
        if (id > view.visibleEnd()) {
          throw new IllegalArgumentException("id must be at most " + view.visibleEnd() + ", the next one, not " + id);
        }
        var removed = chain.exists() ? chain.truncateBefore(id, alone) : new IdRange(0, 0);
        context.compression().forget(view, 0, removed.end());
        return removed;
      });
    } finally {
      if (alone) {
        home.readers().letIn();
      }
    }
  }

  @Override
  public IdRange truncateFrom(long id) {
    checkId("id", id);
    return change(() -> {
      var first = Math.max(view.firstId(), Math.min(chain.floor(), view.visibleEnd()));
      if (id < first || id > view.visibleEnd()) {
        throw new IllegalArgumentException(
            "id must be from " + first + " to " + view.visibleEnd() + ", not " + id);
      }
      if (id == view.visibleEnd() && !chain.isDamaged()) {
        return new IdRange(id, id);
      }
      var cut = chain.truncateFrom(id, () -> commits.cutAt(id));
      chain.publishState();
      context.compression().forget(view, id, Long.MAX_VALUE);
      return cut;
    });
  }

  @Override
  public long streamId() {
    return chain.streamId();
  }

  @Override
  public void awaitAppended() {
    var _ = change(() -> new IdRange(0, 0));
  }

  private IdRange change(GroupCommit.Exclusive<IdRange> task) {
    view.checkOpen();
    try {
      return commits.exclusively(() -> {
        view.checkOpen();
        view.failStop().check();
        return task.run();
      });
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private WalException failure(IOException e) {
    if (view.failStop().hasFailed()) {
      return view.failStop().exception();
    }
    var message = "stream '" + name() + "': " + e.getMessage();
    return e instanceof OutOfSpaceException ? new StorageFullException(message, e) : new WalIOException(message, e);
  }

  // ---- the rest

  @Override
  public StreamStats stats() {
    view.checkOpen();
    var counters = commits.counters();
    return new StreamStats(view.readableEnd() - view.firstId(), view.segments().size(), counters.records(),
        counters.bytes(), counters.writes(), counters.syncs(), counters.rotations());
  }

  @Override
  public RecoveryReport recovery() {
    return recovery;
  }

  @Override
  public Optional<CorruptionException> tornTail() {
    return Optional.empty(); // opening has decided
  }

  /** Returns whether the stream exists: it has been found or has had an append. */
  public boolean exists() {
    return chain.exists();
  }

  @Override
  void refresh() {
    // the writer tells
  }

  @Override
  void atEnd(long id) {
    view.checkReadable(id);
  }

  @Override
  void writeOut() {
    if (view.acknowledgedEnd() > view.visibleEnd() && !view.failStop().hasFailed()) {
      commits.writeOut();
    }
  }

  @Override
  long pollNanos() {
    return Long.MAX_VALUE / 4;
  }

  @Override
  @Nullable
  Segment activeSegment() {
    var active = chain.active();
    return active == null ? null : active.segment();
  }

  /** Refuses appends from now on. */
  public void refuseAppends() {
    commits.refuseAppends();
  }

  /**
   * Completes what was appended, syncs whatever the policy is, seals, and closes the files.
   *
   * @throws StreamFailedException if the stream has failed, or fails now; its files are closed all the same
   */
  public void close() {
    commits.refuseAppends();
    var problems = new ArrayList<WalException>();
    run(problems, () -> {
      try {
        view.failStop().check();
        chain.sync(view.visibleEnd());
        chain.publishState();
        chain.seal();
      } finally {
        view.close(); // before anybody else has the stream: a truncation would begin a segment behind the seal
      }
    });
    run(problems, () -> ring.close(problems.isEmpty()));
    run(problems, chain::close);
    if (!problems.isEmpty()) {
      throw problems.getFirst();
    }
  }

  /** Deletes the stream. */
  public void delete() throws IOException {
    view.delete(); // first: whoever is refused is to be told that the stream is deleted, not that the log is closed
    commits.refuseAppends();
    var problems = new ArrayList<WalException>();
    context.compression().forget(view, 0, Long.MAX_VALUE);
    run(problems, () -> ring.close(false));
    run(problems, chain::close);
    home.delete();
  }

  /** Something that may fail without keeping the next step from being done. */
  private interface Step {
    void run() throws IOException;
  }

  private void run(List<WalException> problems, Step step) {
    try {
      commits.exclusively(() -> {
        step.run();
        return true;
      });
    } catch (WalException e) {
      problems.add(e);
    } catch (IOException e) {
      problems.add(failure(e));
    }
  }
}
