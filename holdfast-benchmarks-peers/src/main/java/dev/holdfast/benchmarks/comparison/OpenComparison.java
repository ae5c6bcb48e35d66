package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.ChildJvm;
import dev.holdfast.benchmarks.Scratch;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Outcome.Single;
import dev.holdfast.benchmarks.limit.LimitOpen;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opening a log whose writer was killed, in a JVM that has done so before, each time on a copy of what it left. */
final class OpenComparison implements Comparison {
  private static final int SIZE = 128;
  private static final int FRAME_SIZE = 160;
  private static final int WARM_UP = 2;

  @Override
  public String name() {
    return "open";
  }

  @Override
  public String description() {
    return "opening a log of 128 B records, all synced, after kill -9 of its writer, from the page cache";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    int count = Math.max(1, context.records() / 4);
    try (Scratch scratch = context.session().scratch()) {
      List<Program> programs = new ArrayList<>();
      programs.add(limit(scratch.resolve("limit"), count));
      for (Peer peer : context.peers()) {
        programs.add(killed(peer, scratch.resolve(Contest.directoryName(peer)), count));
      }
      outcome.addSingle(count + " records", takeTurns(programs, context.session().settings().rounds()));
    }
  }

  /** Opens a log once, and says how long that took and how many records it has then, NaN if it cannot tell. */
  @FunctionalInterface
  private interface Opener {
    Opened open() throws Exception;
  }

  /** One opening. */
  private record Opened(double nanos, double records) {}

  /** What is compared. */
  private record Program(String name, Role role, Opener opener) {}

  private static Program limit(Path directory, int count) throws IOException {
    long bytes = (long) count * FRAME_SIZE;
    int segments = Math.toIntExact(bytes / Shape.USUAL_SEGMENT) + 1;
    LimitOpen limit = LimitOpen.create(directory, segments, Shape.USUAL_SEGMENT, bytes % Shape.USUAL_SEGMENT, SIZE);
    return new Program("indexes, last part checked", Role.LIMIT, () -> {
      long start = System.nanoTime();
      limit.open();
      return new Opened(System.nanoTime() - start, count);
    });
  }

  private static Program killed(Peer peer, Path directory, int count) throws IOException {
    try (ChildJvm writer = ChildJvm.start(OpenChild.class, ChildJvm.optionsOfThisProcess(), peer.name(),
        directory.toString(), "" + count, "" + SIZE)) {
      writer.readLine();
      writer.kill();
    }
    Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
    return new Program(peer.name(), Contest.roleOf(peer), () -> {
      Scratch.copy(directory, copy);
      try {
        return open(peer, copy);
      } finally {
        Scratch.remove(copy);
      }
    });
  }

  private static Opened open(Peer peer, Path directory) throws Exception {
    long start = System.nanoTime();
    try (PeerLog log = peer.open(directory, Guarantee.DURABLE, Shape.ofRecords(SIZE))) {
      double nanos = System.nanoTime() - start;
      return new Opened(nanos, peer.abilities().contains(Ability.SCAN) ? log.scan(_ -> {}) : Double.NaN);
    }
  }

  private static List<Single> takeTurns(List<Program> programs, int rounds) throws Exception {
    double[][] nanos = new double[programs.size()][rounds];
    double[] records = new double[programs.size()];
    for (int round = -WARM_UP; round < rounds; round++) {
      for (int i = 0; i < programs.size(); i++) {
        Opened opened = programs.get(i).opener().open();
        records[i] = opened.records();
        if (round >= 0) {
          nanos[i][round] = opened.nanos();
        }
      }
    }
    List<Single> all = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      double median = Series.median(nanos[i]);
      all.add(new Single(programs.get(i).name(), programs.get(i).role(),
          List.of(new Figure("open", median, Unit.TIME),
              new Figure("x limit", median / Series.median(nanos[0]), Unit.RATIO),
              new Figure("records", records[i], Unit.COUNT))));
    }
    return all;
  }
}
