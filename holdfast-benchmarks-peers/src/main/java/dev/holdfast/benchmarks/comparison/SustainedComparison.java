package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Scratch;
import dev.holdfast.benchmarks.Session;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.Tables;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.limit.LimitRolling;
import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Operation;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Appends without a pause for so long that preparing, writing back and whatever else is put off comes due. Every turn
 * begins with a new log, and its files are removed after it.
 */
final class SustainedComparison implements Comparison {
  private static final int SIZE = 1 << 10;
  private static final int MOST_ROUNDS = 3;
  private static final int WARM_UP_SHARE = 5;

  @Override
  public String name() {
    return "sustained";
  }

  @Override
  public String description() {
    return "1 KiB, not synced, without a pause, one thread; files of 64 MiB prepared on the clock";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    Session session = context.session();
    byte[] record = Records.ofSize(SIZE);
    List<Entrant> entrants = entrants(context);
    List<List<Figures>> figures = entrants.stream().<List<Figures>>map(_ -> new ArrayList<>()).toList();
    for (Entrant entrant : entrants) {
      turn(session, entrant, record, context.sustained().dividedBy(WARM_UP_SHARE));
    }
    int rounds = Math.min(MOST_ROUNDS, session.settings().rounds());
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < entrants.size(); turn++) {
        int index = round % 2 == 0 ? turn : entrants.size() - 1 - turn;
        figures.get(index).add(turn(session, entrants.get(index), record, context.sustained()));
      }
    }
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < entrants.size(); i++) {
      results.add(new Result(entrants.get(i).role(), new Series(entrants.get(i).name(), figures.get(i))));
    }
    outcome.add(Tables.bytes(SIZE) + ", " + context.sustained().toMillis() / 1e3 + " s", results, Measure.rate(1));
  }

  private static List<Entrant> entrants(Context context) {
    List<Entrant> entrants = new ArrayList<>();
    entrants.add(new Entrant("staged, files prepared", Role.LIMIT, directory -> {
      Files.createDirectory(directory);
      Settings settings = context.session().settings();
      LimitRolling limit = LimitRolling.create(directory, settings.limitFileSize(), AsyncComparison.STAGING_SIZE,
          settings.channel());
      return new Opened(limit::append, limit);
    }));
    for (Peer peer : context.usable(Set.of())) {
      entrants.add(new Entrant(peer.name(), Contest.roleOf(peer), directory -> {
        PeerLog log = peer.open(directory, Guarantee.UNSYNCED, Shape.ofRecords(SIZE));
        return new Opened(log::append, log);
      }));
    }
    return entrants;
  }

  private static Figures turn(Session session, Entrant entrant, byte[] record, Duration duration) throws Exception {
    try (Scratch scratch = session.scratch()) {
      Opened opened = entrant.opener().open(scratch.resolve("log"));
      try (Closeable _ = opened.log()) {
        Operation operation = _ -> opened.append().append(record);
        return new Load(ThreadKind.PLATFORM, 1, duration, Long.MAX_VALUE, Load.Timing.EACH).run(operation);
      }
    }
  }

  private record Entrant(String name, Role role, Opener opener) {}

  /** Opens a new log. */
  @FunctionalInterface
  private interface Opener {
    Opened open(Path directory) throws Exception;
  }

  private record Opened(Append append, Closeable log) {}

  /** Appends a record. */
  @FunctionalInterface
  private interface Append {
    void append(byte[] record) throws Exception;
  }
}
