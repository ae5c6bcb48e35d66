package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.limit.LimitOpen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

  @Option(names = "--segments", paramLabel = "N",
      description = "Number of segments of this size that the log has, instead of --bytes.")
  long segments;

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024")
  int[] sizes = {128, 1024};

  @Option(names = "--openings", paramLabel = "N", description = "Openings at each setting. Default: ${DEFAULT-VALUE}")
  int openings = 5;

  @Option(names = "--circumstances", split = ",", paramLabel = "C",
      description = "${COMPLETION-CANDIDATES}. Default: all")
  Circumstances[] circumstances = Circumstances.values();

  @Override
  protected void measure(Session session) throws Exception {
    bytes = segments > 0 ? segments * segmentSize : bytes;
    session.report().begin("open", "a log of " + Tables.bytes(bytes) + " in segments of " + Tables.bytes(segmentSize)
        + " after kill -9 of its writer; opening: all but the scan of what was written since the last seal");
    for (int size : sizes) {
      measure(session, size, List.of(circumstances));
    }
  }

  /** Measures under these circumstances; returns Holdfast's openings under each, none if it is not measured. */
  Map<Circumstances, List<Opening>> measure(Session session, int size, List<Circumstances> all) throws Exception {
    try (Scratch scratch = session.scratch()) {
      Path limit = scratch.resolve("limit");
      LimitOpen.create(limit, Math.toIntExact(bytes / segmentSize), segmentSize, segmentSize / 2, size);
      Path killed = scratch.resolve("killed");
      if (session.measuresHoldfast()) {
        writeAndKill(killed, size);
      }
      if (all.contains(Circumstances.FRESH_JVM_AOT)) {
        train(scratch, limit, killed, session.measuresHoldfast());
      }
      Map<Circumstances, List<Opening>> holdfast = new EnumMap<>(Circumstances.class);
      for (Circumstances one : all) {
        List<Opening> limits = new ArrayList<>();
        List<Opening> opened = new ArrayList<>();
        for (int i = 0; i < openings; i++) {
          limits.add(openOnce("child-open-limit", limit, one, scratch));
          if (session.measuresHoldfast()) {
            opened.add(openCopy(killed, one, scratch));
          }
        }
        String setting = Tables.bytes(size) + ", " + one.words;
        addRow(session, setting, "indexes, one half scanned", limits);
        if (!opened.isEmpty()) {
          addRow(session, setting, AppendWorkload.HOLDFAST, opened);
          holdfast.put(one, opened);
        }
      }
      return holdfast;
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
  private Opening openCopy(Path killed, Circumstances one, Scratch scratch) throws Exception {
    Path copy = scratch.resolve("copy");
    Scratch.copy(killed, copy);
    try {
      return openOnce("child-open", copy, one, scratch);
    } finally {
      Scratch.remove(copy);
    }
  }

  private Opening openOnce(String command, Path directory, Circumstances one, Scratch scratch)
      throws IOException {
    List<String> options = one.aotCache ? List.of("-XX:AOTCache=" + cache(scratch, command)) : List.of();
    try (ChildJvm child = ChildJvm.start(options, command, "--dir", directory.toString(), "--segment-size",
        "" + segmentSize,
        "--warm-up", one.freshJvm ? "0" : "" + WARM_UP_OPENINGS, "--cold=" + one.coldCache)) {
      return Opening.parse(child.readLine());
    }
  }

  private static Path cache(Scratch scratch, String command) {
    return scratch.resolve(command + ".aot");
  }

  /** Makes the start-up cache that JDK 25 can make of a run of a program. */
  private void train(Scratch scratch, Path limit, Path killed, boolean holdfast) throws IOException {
    train(scratch, "child-open-limit", limit, List.of());
    if (holdfast) {
      Path copy = scratch.resolve("training");
      Scratch.copy(killed, copy);
      train(scratch, "child-open", copy, List.of("--close"));
      Scratch.remove(copy);
    }
  }

  private void train(Scratch scratch, String command, Path directory, List<String> more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, "--dir", directory.toString(), "--segment-size",
        "" + segmentSize, "--warm-up", "0", "--cold=false"));
    arguments.addAll(more);
    try (ChildJvm child = ChildJvm.start(
        List.of("-XX:AOTCacheOutput=" + cache(scratch, command), "-Xlog:aot=off", "-Xlog:aot+init=off"),
        arguments.toArray(String[]::new))) {
      Opening.parse(child.readLine());
      child.awaitEnd();
    }
  }

  private static void addRow(Session session, String setting, String program, List<Opening> openings) {
    session.report().add(setting, program, Opening.figures(openings));
  }

  /** In what JVM and with what memory a log is opened. */
  enum Circumstances {
    /** A program restarted after a crash that has a start-up cache. */
    FRESH_JVM_AOT("fresh JVM, AOT cache", true, false, true),
    /** A program restarted after a crash. */
    FRESH_JVM("fresh JVM", true, false, false),
    /** A program restarted after a crash, under pressure of memory. */
    FRESH_JVM_COLD("fresh JVM, cold disk", true, true, false),
    /** A program that has opened logs before. */
    WARM_JVM("warm JVM", false, false, false),
    /** A program that has opened logs before, under pressure of memory. */
    WARM_JVM_COLD("warm JVM, cold disk", false, true, false);

    private final String words;
    private final boolean freshJvm;
    private final boolean coldCache;
    private final boolean aotCache;

    Circumstances(String words, boolean freshJvm, boolean coldCache, boolean aotCache) {
      this.words = words;
      this.freshJvm = freshJvm;
      this.coldCache = coldCache;
      this.aotCache = aotCache;
    }
  }
}
