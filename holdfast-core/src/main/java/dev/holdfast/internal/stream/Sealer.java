package dev.holdfast.internal.stream;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.SegmentWriter;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Seals segments behind the rotation, off the appending thread. A segment is sealed only after its successor's start
 * frame and name are durable. An error fails the stream, except that on a full disk a segment stays without a seal,
 * which costs only the time to read it through.
 */
final class Sealer {
  private final StreamView view;
  private final Executor executor;
  private final List<SegmentWriter> unsealed = new ArrayList<>(); // guarded by this
  private @Nullable FutureTask<?> running; // leader only

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

  private synchronized void done(SegmentWriter segment) {
    unsealed.remove(segment);
  }

  /** Makes all segments that have no seal yet durable. */
  void syncUnsealed() throws IOException {
    for (var segment : snapshot()) {
      segment.sync();
      segment.syncName();
    }
  }

  /** Begins to seal what there is; {@code successor} comes behind all of it. */
  void sealBefore(SegmentWriter successor) {
    await();
    var todo = snapshot();
    if (!todo.isEmpty()) {
      var task = new FutureTask<@Nullable Void>(() -> todo.forEach(segment -> seal(segment, successor)), null);
      running = task;
      try {
        executor.execute(task);
      } catch (RuntimeException | Error e) { // no thread can be started
        Log.warning("stream '" + view.name() + "': segments are sealed by an appending thread", e);
        task.run();
      }
    }
  }

  /** Waits until what was begun is over. */
  void await() {
    finish();
    view.failStop().check();
  }

  /** Waits until what was begun is over, whatever came of it. */
  void finish() {
    var task = running;
    var interrupted = false;
    while (task != null) {
      try {
        task.get();
        task = null;
      } catch (InterruptedException _) { // kept for later
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException("what goes wrong fails the stream, but this did not", e);
      }
    }
    running = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void seal(SegmentWriter segment, SegmentWriter successor) {
    try {
      segment.sync();
      segment.syncName();
      successor.sync();
      successor.syncName();
      segment.seal();
      var sealed = segment.segment().sealed(segment.header().streamId(), segment.placedId());
      view.segments(list -> {
        list.replaceAll(old -> old == segment.segment() ? sealed : old);
        return list;
      });
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
