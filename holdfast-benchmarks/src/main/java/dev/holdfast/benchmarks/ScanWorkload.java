package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.benchmarks.limit.LimitScan;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reading from front to end. */
@Command(name = "scan", description = "Reads all records in order, each checksum verified, from one thread.")
final class ScanWorkload extends Workload {
  private static final int READ_SIZE = 128 << 10;
  private static final int FRAME_HEADER = 32;

  @Option(names = "--bytes", paramLabel = "BYTES", description = "Payload to read. Default: ${DEFAULT-VALUE}")
  long bytes = 128L << 20;

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024,16384")
  int[] sizes = {128, 1024, 16384};

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("scan", "all records in order, checksums verified, one thread, in the page cache");
    for (int size : sizes) {
      measure(session, size);
    }
  }

  private void measure(Session session, int size) throws Exception {
    Settings settings = session.settings();
    long count = bytes / size;
    long frameBytes = count * ((FRAME_HEADER + size + 7L) & ~7L);
    try (Programs programs = Programs.in(session)) {
      LimitScan limit = LimitScan.create(programs.path("limit"), frameBytes + READ_SIZE, frameBytes, size, READ_SIZE);
      programs.add("reads of 128 KiB", _ -> expect(limit.scan().records(), count));
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"), SyncPolicy.ASYNC));
        byte[] record = Records.ofSize(size);
        for (long i = 0; i < count; i++) {
          log.stream().append(record);
        }
        programs.add(AppendWorkload.HOLDFAST, _ -> expect(scan(log.stream()), count));
      }
      // At least one whole scan in each round.
      Load load = new Load(ThreadKind.PLATFORM, 1, Duration.ofMillis(settings.millis), Long.MAX_VALUE,
          Load.Timing.EACH);
      Tables.addRates(session.report(), Tables.bytes(size), programs.takeTurns(load, settings.rounds), count);
    }
  }

  private static long scan(LogStream stream) {
    long count = 0;
    try (RecordCursor cursor = stream.read(0)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static void expect(long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException(found + " records, not " + expected);
    }
  }
}
