package dev.holdfast.cli;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on the standard error if that is a terminal, and nothing otherwise. Safe for use by many threads. */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 90;
  private static final int UPDATE_MILLIS = 100;
  /** Work that is done sooner shows no bar. */
  private static final long SHOW_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  /** Looking at the clock for every record would cost more than the record. */
  private static final int STEPS_PER_LOOK = 64;

  private final Terminal terminal;
  private final String task;
  private final long total;
  private final long start = System.nanoTime();
  private @Nullable ProgressBar bar; // guarded by this
  private long done; // guarded by this
  private boolean closed; // guarded by this

  /**
   * Creates a bar that is not shown yet.
   *
   * @param total how many steps make the whole, or -1 if that is not known
   */
  Progress(Terminal terminal, String task, long total) {
    this.terminal = terminal;
    this.task = task;
    this.total = total;
  }

  /** One step more is done. */
  void step() {
    if (terminal.errIsTerminal()) {
      advance();
    }
  }

  private synchronized void advance() {
    done++;
    if (closed || done % STEPS_PER_LOOK != 0) {
      return;
    }
    if (bar == null && System.nanoTime() - start > SHOW_AFTER_NANOS) {
      bar = show();
    }
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  private ProgressBar show() {
    return new ProgressBarBuilder().setTaskName(task).setInitialMax(total).setUpdateIntervalMillis(UPDATE_MILLIS)
        .setStyle(ProgressBarStyle.ASCII).setConsumer(new VanishingBar(terminal.err())).build();
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    closed = true;
    if (bar != null) {
      bar.close();
    }
  }

  /** Leaves the line as it was, where the library's own would leave an empty one. */
  private static final class VanishingBar extends ConsoleProgressBarConsumer {
    private final PrintStream err;

    private VanishingBar(PrintStream err) {
      super(err, WIDTH);
      this.err = err;
    }

    @Override
    public void close() {
      err.print("\r" + " ".repeat(WIDTH) + "\r");
      err.flush();
    }
  }
}
