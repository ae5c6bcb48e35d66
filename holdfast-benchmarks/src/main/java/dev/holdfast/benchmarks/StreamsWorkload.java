package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.measure.Footprint;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many streams that hardly hold anything. */
@Command(name = "streams",
    description = "Many streams with one record each: disk, memory, descriptors, and the time to "
        + "open them after kill -9 and after an orderly end. Each process is a fresh JVM.")
final class StreamsWorkload extends Workload {
  @Option(names = "--streams", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
  int streams = 10_000;

  @Option(names = "--threads", paramLabel = "N",
      description = "How many threads create and open them. Default: ${DEFAULT-VALUE}")
  int threads = 8;

  @Option(names = "--preallocate", arity = "1",
      description = "Whether their first segments are filled with zeros: 64 KiB each. Default: ${DEFAULT-VALUE}")
  boolean preallocate = true;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("streams", streams + " streams with one record each, STRICT; memory, descriptors and "
        + "threads: what the log takes more than the JVM without it");
    if (!session.measuresHoldfast()) {
      return;
    }
    try (Scratch scratch = session.scratch()) {
      Path directory = scratch.resolve("holdfast");
      try (ChildJvm writer = child("child-streams-write", directory)) {
        double each = Double.parseDouble(writer.readLine()) / streams;
        Footprint taken = Footprint.parse(writer.readLine());
        session.report().add("created", AppendWorkload.HOLDFAST,
            concat(List.of(new Figure("each", each, Unit.TIME)), disk(directory)));
        session.report().add("created", AppendWorkload.HOLDFAST, taken.figures());
        writer.kill();
      }
      open(session, directory, "opened after a kill");
      open(session, directory, "opened after its end");
    }
  }

  private void open(Session session, Path directory, String setting) throws IOException {
    try (ChildJvm child = child("child-streams-open", directory)) {
      List<Figure> times = new ArrayList<>();
      for (String name : List.of("open", "one stream", "all streams")) {
        times.add(new Figure(name, Double.parseDouble(child.readLine()), Unit.TIME));
      }
      Footprint taken = Footprint.parse(child.readLine());
      times.add(new Figure("close", Double.parseDouble(child.readLine()), Unit.TIME));
      child.awaitEnd();
      session.report().add(setting, AppendWorkload.HOLDFAST, times);
      session.report().add(setting, AppendWorkload.HOLDFAST, taken.figures());
    }
  }

  private ChildJvm child(String command, Path directory) throws IOException {
    return ChildJvm.start(List.of("-XX:NativeMemoryTracking=summary"), command, "--dir", directory.toString(),
        "--streams", "" + streams, "--threads", "" + threads, "--preallocate", "" + preallocate);
  }

  /** Returns what the log takes of the disk now. */
  private static List<Figure> disk(Path directory) throws IOException {
    var files = new FileCount();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    return List.of(new Figure("files", files.count, Unit.COUNT), new Figure("disk", files.bytes, Unit.SIZE));
  }

  private static List<Figure> concat(List<Figure> some, List<Figure> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /** How many files, and how large together. */
  private static final class FileCount {
    private long count;
    private long bytes;

    void add(Path file) {
      try {
        bytes += Files.size(file);
        count++;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
