package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.limit.ChannelKind;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What every workload can be told. */
public final class Settings {
  private static final long BYTES_PER_ROUND = 128L << 20;

  /** Creates it, to be filled in from the command line. */
  Settings() {}

  @Option(names = "--dir", paramLabel = "DIR", description = "Where to put the files, on the disk to measure. Default: "
      + "${DEFAULT-VALUE}; what is put there is removed.")
  Path directory = Path.of("data", "benchmarks");

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each program, taking turns. Default: "
      + "${DEFAULT-VALUE}")
  int rounds = 9;

  @Option(names = "--millis", paramLabel = "MS", description = "Length of a round. Default: ${DEFAULT-VALUE}")
  int millis = 400;

  @Option(names = "--limits-only", description = "Measure the limit programs alone.")
  boolean limitsOnly;

  @Option(names = "--channel", paramLabel = "KIND",
      description = "The limit programs' channel: ${COMPLETION-CANDIDATES}. "
          + "Default: ${DEFAULT-VALUE}")
  ChannelKind channel = ChannelKind.FILE;

  @Option(names = "--limit-file-size", paramLabel = "BYTES", hidden = true)
  long limitFileSize = 64L << 20;

  @Option(names = "--json", description = "Print one JSON object instead of the tables, which go to standard error.")
  boolean json;

  /** Returns how many rounds of each program count. */
  public int rounds() {
    return rounds;
  }

  /** Returns the length of a round. */
  public Duration round() {
    return Duration.ofMillis(millis);
  }

  /** Returns the size of the file that a limit program appends to, in bytes. */
  public long limitFileSize() {
    return limitFileSize;
  }

  /** Returns the limit programs' channel. */
  public ChannelKind channel() {
    return channel;
  }

  /** Returns a load with the length of a round, and at most as many operations as write a bounded number of bytes. */
  public Load load(ThreadKind kind, int threads, int bytesPerOperation, Load.Timing timing) {
    long operations = Math.max(1, BYTES_PER_ROUND / Math.max(1, bytesPerOperation));
    return new Load(kind, threads, Duration.ofMillis(millis), operations, timing);
  }
}
