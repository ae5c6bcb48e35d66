package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Scratch;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Outcome.Single;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Blocks of the disk that a closed log has, for each record. */
final class SpaceComparison implements Comparison {
  private static final int SIZE = 128;
  private static final int FRAME_SIZE = 160;
  private static final int BATCH = 100;
  private static final int BATCH_FRAME_SIZE = 32 + BATCH * (SIZE + Integer.BYTES);

  @Override
  public String name() {
    return "space";
  }

  @Override
  public String description() {
    return "blocks on disk of a log that has been closed, for each record of 128 B";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    int count = Math.max(BATCH, context.records() / 4 / BATCH * BATCH);
    List<byte[]> batch = Collections.nCopies(BATCH, Records.ofSize(SIZE));
    outcome.addSingle(count + " one by one", measure(context, count, FRAME_SIZE, Set.of(), log -> {
      for (int i = 0; i < count; i++) {
        log.append(batch.getFirst());
      }
    }));
    outcome.addSingle(count + " in batches of " + BATCH,
        measure(context, count, (double) BATCH_FRAME_SIZE / BATCH, EnumSet.of(Ability.BATCH), log -> {
          for (int i = 0; i < count; i += BATCH) {
            log.appendBatch(batch);
          }
        }));
  }

  private static List<Single> measure(Context context, int count, double limit, Set<Ability> needed, Filling filling)
      throws Exception {
    List<Single> all = new ArrayList<>();
    all.add(new Single("frames alone", Role.LIMIT, figures(limit, limit)));
    for (Peer peer : context.usable(needed)) {
      try (Scratch scratch = context.session().scratch()) {
        Path directory = scratch.resolve(Contest.directoryName(peer));
        try (PeerLog log = peer.open(directory, Guarantee.UNSYNCED, Shape.ofRecords(SIZE))) {
          filling.fill(log);
          log.sync();
        }
        all.add(new Single(peer.name(), Contest.roleOf(peer), figures((double) blocks(directory) / count, limit)));
      }
    }
    return all;
  }

  private static List<Figure> figures(double bytes, double limit) {
    return List.of(new Figure("a record", bytes, Unit.SIZE), new Figure("x limit", bytes / limit, Unit.RATIO));
  }

  /** Returns the bytes of all blocks that files have: some are sparse. */
  private static long blocks(Path directory) throws IOException, InterruptedException {
    Process du = new ProcessBuilder("du", "-s", "--block-size=1", directory.toString()).start();
    String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (du.waitFor() != 0) {
      throw new IOException("du cannot tell the blocks of a directory here");
    }
    return Long.parseLong(output.substring(0, output.indexOf('\t')));
  }

  /** Fills a log. */
  @FunctionalInterface
  private interface Filling {
    void fill(PeerLog log) throws Exception;
  }
}
