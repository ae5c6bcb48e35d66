package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitGet;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads by random id. */
@Command(name = "get", description = "Reads records by random id, their checksum verified each time, from one thread.")
final class GetWorkload extends Workload {
  static final String HOLDFAST_COPY = "Holdfast, a copy";

  @Option(names = "--records", paramLabel = "N", description = "How many there are. Default: ${DEFAULT-VALUE}")
  int records = 1_000_000;

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of a record. Default: ${DEFAULT-VALUE}")
  int size = 128;

  @Option(names = "--strategy", paramLabel = "S", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  ReadStrategy strategy = ReadStrategy.MMAP;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("get", "by random id of " + records + " records of " + Tables.bytes(size)
        + ", checksum verified each time, one thread");
    measure(session, false);
    if (session.measuresHoldfast()) {
      measure(session, true);
    }
  }

  /** Measures reading from a log just written, or one that was closed and opened again. */
  List<Series> measure(Session session, boolean reopened) throws Exception {
    Settings settings = session.settings();
    try (Programs programs = Programs.in(session)) {
      LimitGet limit = programs.closing(LimitGet.create(programs.path("limit"), records, size));
      programs.add("offset known, mapped", i -> consume(limit.get(randomId(i)).length));
      if (session.measuresHoldfast()) {
        LogStream stream = programs.closing(filledLog(programs.path("holdfast"), reopened)).stream();
        programs.add(HOLDFAST_COPY, i -> consume(stream.get(randomId(i)).orElseThrow().length));
        programs.add("Holdfast, visited",
            i -> stream.get(randomId(i), (_, payload) -> consume(payload.remaining())));
      }
      Load load = new Load(ThreadKind.PLATFORM, 1, settings.load(ThreadKind.PLATFORM, 1, 0, Load.Timing.ROUND)
          .duration(), Long.MAX_VALUE, Load.Timing.ROUND);
      List<Series> series = programs.takeTurns(load, settings.rounds);
      Tables.addRates(session.report(), reopened ? "closed and reopened" : "just written", series, 1);
      return series;
    }
  }

  private HoldfastLog filledLog(Path directory, boolean reopened) {
    WalOptions options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).readStrategy(strategy).build();
    HoldfastLog log = HoldfastLog.open(directory, options);
    byte[] record = Records.ofSize(size);
    for (int i = 0; i < records; i++) {
      log.stream().append(record);
    }
    log.stream().sync();
    if (!reopened) {
      return log;
    }
    log.close();
    return HoldfastLog.open(directory, options);
  }

  /** Spreads consecutive numbers over the ids. */
  private int randomId(long iteration) {
    long mixed = (iteration + 1) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    return (int) ((mixed >>> 33) % records);
  }

  private void consume(int length) {
    if (length != size) {
      throw new IllegalStateException("a record of " + length + " bytes, not " + size);
    }
  }
}
