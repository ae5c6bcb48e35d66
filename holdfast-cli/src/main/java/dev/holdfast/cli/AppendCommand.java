package dev.holdfast.cli;

import dev.holdfast.Compression;
import dev.holdfast.IdRange;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Appends the lines of a file, or other records in it, to a stream. */
@Command(name = "append", description = {"Appends records to a stream, creating log and stream if need be.",
    "Each line is a record: its bytes as they are, without the line feed; the last line may do without one. When the "
        + "command ends with 0, everything is kept as the sync policy promises, and durable."},
    footerHeading = "%nExamples:%n", footer = {"  holdfast append data orders orders.ndjson",
        "  producer | holdfast append data orders --ids", "  holdfast append data blobs blobs.bin --length-prefix=be",
        "  holdfast append data orders big.ndjson --batch 1000 --sync-policy async"})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class AppendCommand extends LogCommand {

  @Parameters(index = "1", paramLabel = "STREAM", description = "The stream.")
  private String streamName;

  @Parameters(index = "2", arity = "0..1", paramLabel = "FILE",
      description = "What to read; '-' or nothing: the standard input.")
  private @Nullable Path file;

  @Option(names = "--length-prefix", arity = "0..1", fallbackValue = "le", paramLabel = "le|be",
      description = "Each record follows its length in 4 bytes, little-endian (le, the default) or big-endian (be).")
  private @Nullable Endianness lengthPrefix;

  @Option(names = "--crlf", description = "A carriage return before the line feed is not part of the line.")
  private boolean crlf;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "1",
      description = "Append N records at a time, each N all or nothing. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(names = "--sync-policy", paramLabel = "POLICY", defaultValue = "strict",
      converter = SyncPolicyConverter.class,
      description = "strict, batch-only, async, every:N (records), or every:DURATION such as every:50ms. "
          + "Default: ${DEFAULT-VALUE}.")
  private SyncPolicy syncPolicy;

  @Option(names = "--segment-size", paramLabel = "SIZE", converter = SizeConverter.class,
      description = "Begin a new segment at this size, such as 64M.")
  private @Nullable Long segmentSize;

  @Option(names = "--max-record-size", paramLabel = "SIZE", converter = SizeConverter.class,
      description = "Refuse larger records. Default: 16M.")
  private @Nullable Long maxRecordSize;

  @Option(names = "--compression", paramLabel = "FORMAT", defaultValue = "none",
      description = "none, lz4 or zstd. Default: ${DEFAULT-VALUE}. Reading needs no option.")
  private Compression compression;

  @Option(names = "--ids", description = "Print the id of each record once it is acknowledged.")
  private boolean printIds;

  /** The order of the bytes of a number. */
  enum Endianness {
    LE(ByteOrder.LITTLE_ENDIAN), BE(ByteOrder.BIG_ENDIAN);

    private final ByteOrder order;

    Endianness(ByteOrder order) {
      this.order = order;
    }
  }

  @Override
  int run() throws IOException {
    if (batch < 1) {
      throw new CommandException(ExitCode.USAGE, "--batch must be at least 1, not " + batch);
    }
    var options = options();
    var start = System.nanoTime();
    try (var in = openInput(); var wal = Logs.openForWriting(directory(), options)) {
      var appender = new Appender(wal.stream(streamName), batch, options.maxBatchSize(), this::acknowledged);
      pump(source(in, options.maxRecordSize()), appender);
      wal.sync();
      summarize(appender, Duration.ofNanos(System.nanoTime() - start));
    }
    return ExitCode.OK;
  }

  private WalOptions options() {
    var options = WalOptions.builder().syncPolicy(syncPolicy).compression(compression);
    if (segmentSize != null) {
      options.maxSegmentSize(segmentSize);
    }
    if (maxRecordSize != null) {
      var size = (int) Math.min(Integer.MAX_VALUE, maxRecordSize);
      options.maxRecordSize(size).maxBatchSize(Math.max(size, WalOptions.defaults().maxBatchSize()));
    }
    return options.build();
  }

  private InputStream openInput() throws IOException {
    return file == null || file.toString().equals("-") ? terminal().in() : Files.newInputStream(file);
  }

  private RecordSource source(InputStream in, int limit) {
    return lengthPrefix == null ? new LineSource(in, limit, crlf) : new PrefixedSource(in, lengthPrefix.order, limit);
  }

  private void pump(RecordSource source, Appender appender) throws IOException {
    try (var progress = new Progress(terminal(), "appending", -1)) {
      byte[] record;
      while ((record = nextOf(source, appender)) != null) {
        appender.add(record);
        progress.step();
      }
      appender.finish();
    } catch (RuntimeException | IOException e) {
      throw new CommandException(Failures.exitCode(e), explain(e, appender), e);
    }
  }

  /** Before it waits for input it waits for what is under way, so that a person sees at once what is kept. */
  private byte @Nullable [] nextOf(RecordSource source, Appender appender) throws IOException {
    if (source.mayWait()) {
      appender.awaitUnderWay();
      out().flush();
    }
    return source.next();
  }

  /** What was acknowledged before the failure is kept, and whoever tries again has to know where to go on. */
  private static String explain(Exception failure, Appender appender) {
    if (Failures.exitCode(failure) == ExitCode.INPUT) {
      appender.finish();
    }
    var ids = appender.ids();
    var kept = ids == null
        ? "nothing was appended"
        : Text.count(ids.count(), "record") + " before it: " + Text.ids(ids);
    return Failures.describe(failure) + " (appended " + kept + ")";
  }

  private void acknowledged(IdRange ids) {
    if (printIds) {
      for (var id = ids.start(); id < ids.end(); id++) {
        out().line(json() ? new JsonObject().put("id", id).toString() : Long.toString(id));
      }
    }
  }

  private void summarize(Appender appender, Duration duration) {
    var ids = appender.ids();
    var count = ids == null ? 0 : ids.count();
    if (json()) {
      out().line(new JsonObject().put("stream", streamName).put("records", count).put("bytes", appender.bytes())
          .put("firstId", ids == null ? null : ids.start()).put("nextId", ids == null ? null : ids.end())
          .put("seconds", duration).toString());
    } else if (!printIds) {
      out().line("appended " + Text.count(count, "record") + ", " + Text.size(appender.bytes())
          + (ids == null ? "" : ": " + Text.ids(ids)) + " of '" + Text.visible(streamName) + "', in "
          + Text.duration(duration));
    }
  }
}
