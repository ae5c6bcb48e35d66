package dev.holdfast.internal.segment;

import dev.holdfast.StreamFailedException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a stream has failed, and why: set once, by the first error after which nothing can be promised. Safe for use
 * by many threads.
 */
public final class FailStop {
  private final String stream;
  private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
  private volatile Runnable onFailure = () -> {};

  /** Creates it for a stream. */
  public FailStop(String stream) {
    this.stream = stream;
  }

  /** Sets what is run when it fails; before anybody can make it fail. */
  public void onFailure(Runnable action) {
    onFailure = action;
  }

  /** Records an error; only the first one counts. */
  public void fail(Throwable error) {
    if (cause.compareAndSet(null, error)) {
      onFailure.run();
    }
  }

  /** Returns whether it has failed. */
  public boolean hasFailed() {
    return cause.get() != null;
  }

  /** Throws if it has failed. */
  public void check() {
    var error = cause.get();
    if (error != null) {
      throw exception(error);
    }
  }

  /** Returns the exception for callers, with the first error as its cause. */
  public StreamFailedException exception() {
    var error = cause.get();
    if (error == null) {
      throw new IllegalStateException("the stream has not failed");
    }
    return exception(error);
  }

  private StreamFailedException exception(Throwable error) {
    return new StreamFailedException("stream '" + stream
        + "' has failed and takes no more records; close the log and open it again to recover. Cause: "
        + error.getMessage(), error);
  }
}
