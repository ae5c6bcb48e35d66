package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.limit.LimitOpen;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Opening a log whose writer was killed. */
@Command(name = "open", description = "Opens a log whose writer was killed, in a JVM that has just started or has run "
    + "for a while, from the page cache or from the disk.")
final class OpenWorkload extends Workload {
  private static final int WARM_UP_OPENINGS = 20;

  @Option(names = "--bytes", paramLabel = "BYTES", description = "Size of the log. Default: ${DEFAULT-VALUE}")
  long bytes = 1L << 30;

  @Option(names = "--segment-size", paramLabel = "BYTES", description = "Default: ${DEFAULT-VALUE}")
  long segmentSize = 64L << 20;

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024")
  int[] sizes = {128, 1024};

  @Option(names = "--openings", paramLabel = "N", description = "Openings at each setting. Default: ${DEFAULT-VALUE}")
  int openings = 5;

  @Option(names = "--circumstances", split = ",", paramLabel = "C",
      description = "${COMPLETION-CANDIDATES}. Default: all")
  Circumstances[] circumstances = Circumstances.values();

  @Override
  void measure(Session session) throws Exception {
    session.report().begin("open", "a log of " + Tables.bytes(bytes) + " in segments of " + Tables.bytes(segmentSize)
        + " after kill -9 of its writer");
    for (int size : sizes) {
      measure(session, size, List.of(circumstances));
    }
  }

  /**
   * Measures under these circumstances; returns Holdfast's median under the first, in ns, NaN if it is not measured.
   */
  double measure(Session session, int size, List<Circumstances> all) throws Exception {
    try (Scratch scratch = session.scratch()) {
      Path limit = scratch.resolve("limit");
      LimitOpen.create(limit, Math.toIntExact(bytes / segmentSize), segmentSize, segmentSize / 2, size);
      Path killed = scratch.resolve("killed");
      if (session.measuresHoldfast()) {
        writeAndKill(killed, size);
      }
      double first = Double.NaN;
      for (Circumstances one : all) {
        List<Opening> limits = new ArrayList<>();
        List<Opening> opened = new ArrayList<>();
        for (int i = 0; i < openings; i++) {
          limits.add(openOnce("child-open-limit", limit, one));
          if (session.measuresHoldfast()) {
            opened.add(openCopy(killed, scratch.resolve("copy"), one));
          }
        }
        String setting = Tables.bytes(size) + ", " + one.words;
        addRow(session, setting, "indexes, one half scanned", limits);
        double median = opened.isEmpty() ? Double.NaN : addRow(session, setting, AppendWorkload.HOLDFAST, opened);
        first = Double.isNaN(first) ? median : first;
      }
      return first;
    }
  }

  private void writeAndKill(Path directory, int size) throws IOException {
    try (ChildJvm writer = ChildJvm.start("child-write", "--dir", directory.toString(), "--bytes", "" + bytes,
        "--segment-size", "" + segmentSize, "--size", "" + size)) {
      writer.readLine();
      writer.kill();
    }
  }

  /** Opening may repair, so each opening gets what the killed writer left. */
  private Opening openCopy(Path killed, Path copy, Circumstances one) throws Exception {
    Scratch.copy(killed, copy);
    try {
      return openOnce("child-open", copy, one);
    } finally {
      Scratch.remove(copy);
    }
  }

  private Opening openOnce(String command, Path directory, Circumstances one)
      throws IOException {
    try (ChildJvm child = ChildJvm.start(command, "--dir", directory.toString(), "--segment-size", "" + segmentSize,
        "--warm-up", one.freshJvm ? "0" : "" + WARM_UP_OPENINGS, "--cold=" + one.coldCache)) {
      return Opening.parse(child.readLine());
    }
  }

  private static double addRow(Session session, String setting, String program, List<Opening> openings) {
    double[] times = openings.stream().mapToDouble(Opening::nanos).sorted().toArray();
    double median = Series.median(times);
    session.report().add(setting, program,
        List.of(new Figure("median", median, Unit.TIME), new Figure("fastest", times[0], Unit.TIME),
            new Figure("slowest", times[times.length - 1], Unit.TIME),
            new Figure("scanned", openings.getLast().bytesScanned(), Unit.SIZE),
            new Figure("files", openings.getLast().segmentsScanned(), Unit.COUNT)));
    return median;
  }

  /** In what JVM and with what memory a log is opened. */
  enum Circumstances {
    /** A program restarted after a crash. */
    FRESH_JVM("fresh JVM", true, false),
    /** A program restarted after a crash, under pressure of memory. */
    FRESH_JVM_COLD("fresh JVM, cold disk", true, true),
    /** A program that has opened logs before. */
    WARM_JVM("warm JVM", false, false),
    /** A program that has opened logs before, under pressure of memory. */
    WARM_JVM_COLD("warm JVM, cold disk", false, true);

    private final String words;
    private final boolean freshJvm;
    private final boolean coldCache;

    Circumstances(String words, boolean freshJvm, boolean coldCache) {
      this.words = words;
      this.freshJvm = freshJvm;
      this.coldCache = coldCache;
    }
  }
}
