package dev.holdfast.snapshot;

import dev.holdfast.WalClosedException;
import dev.holdfast.WalException;
import dev.holdfast.internal.logging.Log;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Publishes snapshots of a state in the background when its policy says so, one at a time.
 *
 * @param <S> the state
 */
final class SnapshotTask<S> implements AutoCloseable {
  private final SnapshotSource<S> source;
  private final SnapshotPublisher publisher;
  private final SnapshotCodec<S> codec;
  private final SnapshotPolicy policy;
  private final ScheduledThreadPoolExecutor thread;
  private final ReentrantLock publishing = new ReentrantLock();
  private final AtomicBoolean under = new AtomicBoolean(); // whether one is asked for or under way
  private volatile long records; // where the stream was when the last one began
  private volatile long bytes; // how much had been appended then, of what was appended since it was opened
  private volatile @Nullable Throwable failure;
  private boolean closed; // guarded by publishing

  SnapshotTask(SnapshotSource<S> source, SnapshotPublisher publisher, SnapshotCodec<S> codec, SnapshotPolicy policy) {
    this(source, publisher, codec, policy,
        Thread.ofPlatform().name("holdfast-snapshots-" + publisher.store().stream().name()).daemon().factory());
  }

  SnapshotTask(SnapshotSource<S> source, SnapshotPublisher publisher, SnapshotCodec<S> codec, SnapshotPolicy policy,
      ThreadFactory threads) {
    this.source = source;
    this.publisher = publisher;
    this.codec = codec;
    this.policy = policy;
    this.records = publisher.store().newest().map(SnapshotInfo::end).orElse(0L);
    this.bytes = policy instanceof SnapshotPolicy.EveryBytes ? bytesAt(records) : 0;
    this.thread = new ScheduledThreadPoolExecutor(1, threads);
    if (policy instanceof SnapshotPolicy.Every(var interval)) {
      var nanos = interval.toNanos();
      var _ = thread.scheduleAtFixedRate(this::inTime, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Returns about how much had been appended when the stream was at this id, of what was appended since it was opened;
   * negative if that was before it.
   */
  private long bytesAt(long id) {
    var appended = publisher.store().stream().stats().appendedBytes();
    try {
      return appended - bytesFrom(id);
    } catch (WalException e) { // only the first snapshot comes later for it
      Log.debug("how much the log has after its newest snapshot is not known", e);
      return appended;
    }
  }

  private long bytesFrom(long id) {
    var total = 0.0;
    for (var segment : publisher.store().engine().segmentsFrom(id)) {
      var ids = segment.ids();
      var counted = ids.end() - Math.clamp(id, ids.start(), ids.end());
      total += counted == 0 ? 0 : (double) segment.dataBytes() * counted / (ids.end() - ids.start());
    }
    return (long) total;
  }

  /** Asks for a snapshot if enough has come since the last one. Never waits. */
  void lookWhetherDue() {
    var stream = publisher.store().stream();
    var due = switch (policy) {
      case SnapshotPolicy.EveryRecords(var count) -> stream.nextId() - records >= count;
      case SnapshotPolicy.EveryBytes(var count) -> stream.stats().appendedBytes() - bytes >= count;
      case SnapshotPolicy.Every _,SnapshotPolicy.OnDemand _ -> false;
    };
    if (due && under.compareAndSet(false, true)) {
      try {
        thread.execute(this::inBackground);
      } catch (RejectedExecutionException e) {
        under.set(false);
        Log.debug("closed meanwhile", e);
      } catch (RuntimeException | Error e) { // no thread can be started: what was appended is kept all the same
        thread.getQueue().clear(); // it has been queued, and closing would wait for it
        under.set(false);
        Log.warning(label() + "no snapshot can be taken now, the next append tries again", e);
      }
    }
  }

  private void inTime() {
    if (publisher.store().stream().nextId() > records && under.compareAndSet(false, true)) {
      inBackground();
    }
  }

  private void inBackground() {
    try {
      publish();
      failure = null;
    } catch (WalClosedException e) {
      Log.debug("closed meanwhile", e);
    } catch (Throwable e) { // told to whoever asks; tried again when as much has come once more
      failure = e;
      Log.warning(label() + "no snapshot was published", e);
    } finally {
      under.set(false);
    }
  }

  private String label() {
    return "stream '" + publisher.store().stream().name() + "': ";
  }

  /** Publishes a snapshot now. */
  PublishedSnapshot publish() {
    publishing.lock(); // so that closing waits for it
    try {
      if (closed) {
        throw new WalClosedException("the state of stream '" + publisher.store().stream().name() + "' is closed");
      }
      records = publisher.store().stream().nextId(); // also if it fails: or every append would try again
      bytes = publisher.store().stream().stats().appendedBytes();
      return publisher.publish(write -> source.captured(captured -> {
        records = captured.end();
        return write.apply(captured);
      }), codec);
    } finally {
      publishing.unlock();
    }
  }

  /** Returns why the last one in the background was not published. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Waits for the one that is under way, and begins no more. An interrupt does not end the wait, and is kept. */
  @Override
  public void close() {
    publishing.lock();
    try {
      closed = true;
    } finally {
      publishing.unlock();
    }
    thread.shutdown();
    var interrupted = false;
    while (!thread.isTerminated()) {
      try {
        var _ = thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
