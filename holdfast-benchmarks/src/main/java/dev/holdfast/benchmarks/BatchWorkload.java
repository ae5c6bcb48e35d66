package dev.holdfast.benchmarks;

import dev.holdfast.SyncPolicy;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Batches that are durable when they return. */
@Command(name = "batch", description = "Appends batches, durable when they return, from one thread.")
final class BatchWorkload extends Workload {
  @Option(names = "--records", split = ",", paramLabel = "N", description = "Records in a batch. Default: 10,100,1000")
  int[] counts = {10, 100, 1000};

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of a record. Default: ${DEFAULT-VALUE}")
  int size = 128;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("batch", "one batch at a time, durable when it returns (STRICT), one thread");
    for (int count : counts) {
      measure(session, count);
    }
  }

  private void measure(Session session, int count) throws Exception {
    Settings settings = session.settings();
    List<byte[]> records = Collections.nCopies(count, Records.ofSize(size));
    int bytes = count * (size + Integer.BYTES);
    try (Programs programs = Programs.in(session)) {
      LimitAppend limit = programs.closing(LimitAppend.synced(programs.path("append"), settings.limitFileSize,
          bytes, settings.channel));
      programs.add(AppendWorkload.LIMIT_APPEND, _ -> limit.appendBatch(records));
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"), SyncPolicy.STRICT));
        programs.add(AppendWorkload.HOLDFAST, _ -> log.stream().appendBatch(records));
      }
      Load load = settings.load(ThreadKind.PLATFORM, 1, bytes, Load.Timing.EACH);
      Tables.addLatencies(session.report(), count + " records of " + Tables.bytes(size),
          programs.takeTurns(load, settings.rounds));
    }
  }
}
