package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Seals segments behind the rotation, off the appending thread. A segment is sealed only after its successor's name is
 * durable. An error fails the stream, except that on a full disk a segment stays without a seal, which costs only the
 * time to read it through.
 *
 * <p>
 * One thread seals at a time, in the order of the segments; another one makes a new segment's name durable meanwhile,
 * so that the one after it can say so.
 */
final class Sealer {
  /** So many segments may be without a seal, apart from the one that is written, */
  private static final int MOST_UNSEALED = 16;
  /** or one, if they are as large as this. */
  private static final long UNSEALED_BYTES = 32 << 20;

  private final StreamView view;
  private final Executor executor;
  private final List<SegmentWriter> unsealed = new ArrayList<>(); // guarded by this
  private final Deque<SegmentWriter> successors = new ArrayDeque<>(); // guarded by this: what comes behind what is to be sealed
  private boolean sealing; // guarded by this

  Sealer(StreamView view, Executor executor) {
    this.view = view;
    this.executor = executor;
  }

  /** Notes a segment that is complete, to be sealed when its successor is there. */
  synchronized void later(SegmentWriter segment) {
    unsealed.add(segment);
  }

  /** Drops the segments that a truncation from the back has removed. */
  synchronized void forget(long fromId) {
    unsealed.removeIf(segment -> segment.segment().firstId() >= fromId);
  }

  /** Drops the segments that a truncation from the front has removed. */
  synchronized void forgetBefore(long floor) {
    unsealed.removeIf(segment -> segment.segment().firstId() < floor);
  }

  private synchronized List<SegmentWriter> snapshot() {
    return List.copyOf(unsealed);
  }

  private synchronized List<SegmentWriter> unsealedBefore(SegmentWriter successor) {
    return unsealed.stream().filter(segment -> segment.segment().firstId() < successor.segment().firstId()).toList();
  }

  private synchronized void done(SegmentWriter segment) {
    unsealed.remove(segment);
    notifyAll();
  }

  /** Makes all segments that have no seal yet durable. */
  void syncUnsealed() throws IOException {
    var segments = snapshot();
    for (var i = 0; i < segments.size(); i++) {
      segments.get(i).sync();
      segments.get(i).syncName();
    }
  }

  /** Begins to seal what there is; {@code successor} comes behind all of it. Does not wait. */
  void sealBefore(SegmentWriter successor) {
    boolean begin;
    synchronized (this) {
      successors.add(successor);
      begin = !sealing;
      sealing = true;
    }
    if (!begin) {
      execute(() -> makeNameDurable(successor)); // whoever seals is at another segment, and that may take long
    } else {
      execute(this::sealAll);
    }
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RuntimeException | Error e) { // no thread can be started
      Log.warning("stream '" + view.name() + "': segments are sealed by an appending thread", e);
      task.run();
    }
  }

  private void makeNameDurable(SegmentWriter successor) {
    try {
      successor.syncName();
    } catch (IOException | RuntimeException | Error e) {
      view.failStop().fail(e);
    }
  }

  private void sealAll() {
    try {
      for (var successor = next(); successor != null; successor = next()) {
        makeNameDurable(successor);
        for (var segment : unsealedBefore(successor)) {
          seal(segment, successor);
        }
      }
    } catch (RuntimeException | Error e) { // whatever it is, nobody may wait for it for ever
      view.failStop().fail(e);
      stop();
    }
  }

  private synchronized void stop() {
    sealing = false;
    notifyAll();
  }

  private synchronized @Nullable SegmentWriter next() {
    var successor = successors.poll();
    if (successor == null) {
      sealing = false;
    }
    notifyAll();
    return successor;
  }

  /**
   * Waits until another segment may be begun: there are not too many without a seal, or too long ones, for an opening
   * after a crash to read through.
   */
  void awaitRoom() {
    awaitWhile(() -> sealing && isFull());
    view.failStop().check();
  }

  /** Called with the monitor held. */
  private boolean isFull() {
    var bytes = 0L;
    for (var segment : unsealed) {
      bytes += segment.fileSize();
    }
    return unsealed.size() >= MOST_UNSEALED || (!unsealed.isEmpty() && bytes > UNSEALED_BYTES);
  }

  /** Waits until what was begun is over. */
  void await() {
    finish();
    view.failStop().check();
  }

  /** Waits until what was begun is over, whatever came of it. */
  void finish() {
    awaitWhile(() -> sealing);
  }

  /** An interrupt does not end the wait, and is kept. */
  private synchronized void awaitWhile(BooleanSupplier condition) {
    var interrupted = false;
    while (condition.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void seal(SegmentWriter segment, SegmentWriter successor) {
    try {
      segment.sync();
      segment.syncName();
      successor.syncName();
      segment.seal();
      var sealed = segment.segment().sealed(segment.header().streamId(), segment.placedId());
      view.segments(list -> list.replacing(segment.segment(), sealed));
      done(segment);
      segment.segment().retire();
    } catch (OutOfSpaceException e) {
      if (!view.failStop().hasFailed()) {
        Log.warning("stream '" + view.name() + "': no space to seal " + segment.segment().name(), e);
        done(segment);
      }
    } catch (IOException | RuntimeException | Error e) {
      view.failStop().fail(e);
    }
  }
}
