package dev.holdfast.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is known of each line: whether its append was begun, and the id it was acknowledged under. Safe for use by many
 * threads.
 */
final class DemoLedger implements LineWriters.Listener {
  private static final long NONE = -1;

  private final DemoInput input;
  private final long[] idOfLine; // guarded by this, as is all below
  private final BitSet begun = new BitSet();
  private int acknowledged;
  private Stretch stretch = new Stretch();

  /** What has been measured since {@link #takePhase()}. */
  private static final class Stretch {
    private final Latencies latencies = new Latencies();
    private long firstBegun;
    private long lastAcknowledged;
    private int records;
    private long bytes;
    private boolean started;

    private DemoPhase toPhase() {
      return new DemoPhase(records, bytes, Duration.ofNanos(Math.max(0, lastAcknowledged - firstBegun)),
          Duration.ofNanos(latencies.percentile(0.50)), Duration.ofNanos(latencies.percentile(0.99)));
    }
  }

  DemoLedger(DemoInput input) {
    this.input = input;
    idOfLine = new long[input.count()];
    Arrays.fill(idOfLine, NONE);
  }

  @Override
  public synchronized void begun(int line) {
    begun.set(line);
    if (!stretch.started) {
      stretch.started = true;
      stretch.firstBegun = System.nanoTime();
      stretch.lastAcknowledged = stretch.firstBegun;
    }
  }

  @Override
  public synchronized void acknowledged(int line, long id, long nanos) {
    if (idOfLine[line] != NONE) {
      throw new IllegalStateException("line " + (line + 1) + " was acknowledged twice");
    }
    idOfLine[line] = id;
    acknowledged++;
    stretch.lastAcknowledged = System.nanoTime();
    stretch.records++;
    stretch.bytes += input.length(line);
    stretch.latencies.add(nanos);
  }

  /** Returns how many lines have been acknowledged. */
  synchronized int acknowledged() {
    return acknowledged;
  }

  /** Returns the lines whose append was begun and not acknowledged. */
  synchronized List<Integer> inFlight() {
    var lines = new ArrayList<Integer>();
    for (var line = begun.nextSetBit(0); line >= 0; line = begun.nextSetBit(line + 1)) {
      if (idOfLine[line] == NONE) {
        lines.add(line);
      }
    }
    return lines;
  }

  /** Notes that a line was found in the log although nobody was told. */
  synchronized void found(int line, long id) {
    idOfLine[line] = id;
  }

  /** Returns the lines that are not in the log. */
  synchronized int[] missing() {
    var lines = new int[idOfLine.length];
    var count = 0;
    for (var line = 0; line < idOfLine.length; line++) {
      if (idOfLine[line] == NONE) {
        lines[count++] = line;
      }
    }
    return Arrays.copyOf(lines, count);
  }

  /**
   * Returns the line of each id.
   *
   * @param ids how many ids there are; -1 stands for an id without a line
   * @param problem told of lines whose id belongs to no record, or to another line too
   */
  synchronized int[] linesById(int ids, Consumer<String> problem) {
    var lineOfId = new int[ids];
    Arrays.fill(lineOfId, -1);
    for (var line = 0; line < idOfLine.length; line++) {
      var id = idOfLine[line];
      if (id == NONE) {
        continue;
      }
      if (id >= ids) {
        problem.accept("line " + (line + 1) + " was acknowledged under id " + id + ", and is missing");
      } else if (lineOfId[(int) id] >= 0) {
        problem.accept("id " + id + " was given to line " + (lineOfId[(int) id] + 1) + " and to line " + (line + 1));
      } else {
        lineOfId[(int) id] = line;
      }
    }
    return lineOfId;
  }

  /** Returns the figures since the last time this was asked. */
  synchronized DemoPhase takePhase() {
    var phase = stretch.toPhase();
    stretch = new Stretch();
    return phase;
  }
}
