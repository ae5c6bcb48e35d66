package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many streams that hardly hold anything. */
@Command(name = "streams", description = "Many streams with one record each: disk, open files, time to open.")
final class StreamsWorkload extends Workload {
  private static final int RECORD_SIZE = 128;

  @Option(names = "--streams", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
  int streams = 10_000;

  @Option(names = "--threads", paramLabel = "N",
      description = "How many threads create them. Default: ${DEFAULT-VALUE}")
  int threads = 8;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("streams", streams + " streams with one record each, STRICT");
    if (!session.measuresHoldfast()) {
      return;
    }
    WalOptions options = WalOptions.builder().syncPolicy(SyncPolicy.STRICT).build();
    try (Scratch scratch = session.scratch()) {
      Path directory = scratch.resolve("holdfast");
      Wal wal = Wal.open(directory, options);
      byte[] record = Records.ofSize(RECORD_SIZE);
      long created = forEachStream(wal, stream -> stream.append(record));
      List<Figure> use = use(directory);
      long closed = timed(wal::close);
      session.report().add("", "created", concat(List.of(new Figure("each", (double) created / streams, Unit.TIME),
          new Figure("close", closed, Unit.TIME)), use));
      reopen(session, directory, options);
    }
  }

  private void reopen(Session session, Path directory, WalOptions options) throws Exception {
    long start = System.nanoTime();
    try (Wal wal = Wal.open(directory, options)) {
      long opened = System.nanoTime() - start;
      long first = timed(() -> wal.stream(name(streams / 2)));
      long all = forEachStream(wal, StreamsWorkload::requireOneRecord);
      session.report().add("", "reopened", concat(
          List.of(new Figure("open", opened, Unit.TIME), new Figure("one stream", first, Unit.TIME),
              new Figure("all streams", all, Unit.TIME)),
          use(directory)));
    }
  }

  private static void requireOneRecord(LogStream stream) {
    if (stream.nextId() != 1) {
      throw new IllegalStateException(stream.name() + " holds " + stream.nextId() + " records, not 1");
    }
  }

  private static String name(int number) {
    return "stream-" + number;
  }

  private long forEachStream(Wal wal, Consumer<LogStream> action) throws Exception {
    long start = System.nanoTime();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads,
        Thread.ofPlatform().name("streams-", 0).factory())) {
      List<Future<?>> results = IntStream.range(0, streams)
          .<Future<?>>mapToObj(i -> executor.submit(() -> action.accept(wal.stream(name(i))))).toList();
      for (Future<?> result : results) {
        result.get();
      }
    }
    return System.nanoTime() - start;
  }

  private static long timed(Runnable action) {
    long start = System.nanoTime();
    action.run();
    return System.nanoTime() - start;
  }

  /** Returns what the log takes of the disk and of this process now. */
  private static List<Figure> use(Path directory) throws IOException {
    var files = new FileCount();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    return List.of(new Figure("files", files.count, Unit.COUNT), new Figure("disk", files.bytes, Unit.SIZE),
        new Figure("open files", openFiles(directory), Unit.COUNT),
        new Figure("mappings", mappings(directory), Unit.COUNT));
  }

  /** Returns how many open descriptors of this process lead into a directory, NaN on a system that does not say. */
  private static double openFiles(Path directory) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return Double.NaN;
    }
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.filter(descriptor -> leadsInto(descriptor, directory)).count();
    }
  }

  private static boolean leadsInto(Path link, Path directory) {
    try {
      return Files.readSymbolicLink(link).startsWith(directory.toAbsolutePath());
    } catch (IOException _) {
      return false; // closed meanwhile
    }
  }

  private static double mappings(Path directory) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains(directory.toAbsolutePath().toString())).count();
    }
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
