package dev.holdfast.benchmarks;

import dev.holdfast.RecoveryReport;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitChecksum;
import dev.holdfast.benchmarks.limit.LimitScan;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Recovery's scan of a full segment that was never sealed, against the speed of the checksum. */
@Command(name = "recovery",
    description = "Scans one full segment whose writer was killed, against the checksum's speed.")
final class RecoveryWorkload extends Workload {
  private static final int READ_SIZE = 128 << 10;
  private static final int WARM_UP_ROUNDS = 15;
  private static final double FULL = 0.98;

  @Option(names = "--segment-size", paramLabel = "BYTES", description = "Default: ${DEFAULT-VALUE}")
  long segmentSize = 64L << 20;

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024,16384")
  int[] sizes = {128, 1024, 16384};

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("recovery", "one full segment of " + Tables.bytes(segmentSize)
        + " whose writer was killed, from the page cache, warm JVM; ratios of speed");
    for (int size : sizes) {
      measure(session, size);
    }
  }

  /** Something that takes so many ns. */
  @FunctionalInterface
  private interface Timed {
    double nanos() throws IOException;
  }

  /** Something to be timed. */
  @FunctionalInterface
  private interface Task {
    void run() throws IOException;
  }

  private static Timed timed(Task task) {
    return () -> {
      long start = System.nanoTime();
      task.run();
      return System.nanoTime() - start;
    };
  }

  private void measure(Session session, int size) throws Exception {
    try (Scratch scratch = session.scratch()) {
      long filled = (long) (segmentSize * FULL);
      Path file = scratch.resolve("limit");
      LimitScan scan = LimitScan.create(file, segmentSize, filled, size, READ_SIZE);
      var checksum = new LimitChecksum(file, filled, size, READ_SIZE);
      Map<String, Timed> programs = new LinkedHashMap<>();
      programs.put("file read, checksums", timed(checksum::read));
      programs.put("checksums alone, in memory", timed(checksum::inMemory));
      programs.put("frames checked (LimitScan)", timed(scan::scan));
      if (session.measuresHoldfast()) {
        Path killed = scratch.resolve("killed");
        fillAndKill(killed, filled, size);
        programs.put(AppendWorkload.HOLDFAST, () -> scanNanos(killed, filled));
      }
      addRows(session, Tables.bytes(size), programs, filled);
      if (checksum.seen() == 1) { // one in four billion: the checksums are needed for it
        session.report().add("", "all checksums together", List.of(new Figure("one", 1, Unit.COUNT)));
      }
    }
  }

  private void fillAndKill(Path directory, long filled, int size) throws IOException {
    try (ChildJvm writer = ChildJvm.start("child-write", "--fill", "--dir", directory.toString(), "--bytes",
        "" + filled, "--segment-size", "" + segmentSize, "--size", "" + size)) {
      writer.readLine();
      writer.kill();
    }
  }

  /** Opening for reading scans as opening for writing does, and changes nothing. */
  private double scanNanos(Path directory, long filled) {
    WalOptions options = OpenChildren.options(segmentSize);
    try (HoldfastLog log = HoldfastLog.openReadOnly(directory, options)) {
      RecoveryReport found = log.stream().recovery();
      if (found.bytesScanned() < filled) {
        throw new IllegalStateException("not the whole segment was scanned: " + found);
      }
      return (double) found.scanDuration().toNanos() * segmentSize / found.bytesScanned();
    }
  }

  private static void addRows(Session session, String setting, Map<String, Timed> programs, long bytes)
      throws IOException {
    int rounds = session.settings().rounds();
    double[][] nanos = new double[programs.size()][rounds];
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      int i = 0;
      for (Timed program : programs.values()) {
        double took = program.nanos();
        if (round >= 0) {
          nanos[i][round] = took;
        }
        i++;
      }
    }
    int i = 0;
    for (String name : programs.keySet()) {
      double median = Series.median(nanos[i]);
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] = nanos[0][round] / nanos[i][round];
      }
      session.report().add(setting, name, List.of(new Figure("median", median, Unit.TIME),
          new Figure("bytes/s", bytes * 1e9 / median, Unit.SIZE),
          new Figure("speed x", Series.median(ratios), Unit.RATIO)));
      i++;
    }
  }
}
