package dev.holdfast.benchmarks;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.limit.LimitPipeline;
import dev.holdfast.benchmarks.limit.LimitStaging;
import dev.holdfast.benchmarks.limit.SyncableAppender;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Appends that do not wait for the disk. */
@Command(name = "async", description = "Appends that do not wait for a sync each: under ASYNC, and with appendAsync.")
final class AsyncWorkload extends Workload {
  private static final int STAGING_SIZE = 256 << 10;
  private static final int BURST_BYTES = 4 << 20;
  private static final int PREPARED_BURST_BYTES = 24 << 20;
  private static final long PREPARED_BYTES = 64 << 20;

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024,16384")
  int[] sizes = {128, 1024, 16384};

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("async", "append under ASYNC (not synced), one thread");
    for (int size : sizes) {
      measureUnsynced(session, size);
    }
    session.report().begin("async", "append under ASYNC in bursts of 24 MiB into space prepared before, one thread");
    for (int size : sizes) {
      measurePrepared(session, size);
    }
    session.report().begin("async", "appendAsync under STRICT, one thread, waiting for each 4 MiB to be durable");
    for (int size : sizes) {
      measurePipelined(session, size);
    }
  }

  private static void addLimits(Programs programs, Settings settings, byte[] record, Entry entry) throws IOException {
    long fileSize = settings.limitFileSize;
    entry.add("one write each",
        LimitAppend.written(programs.path("written"), fileSize, record.length, settings.channel), record);
    entry.add("staged in memory",
        LimitStaging.inMemory(programs.path("staged"), fileSize, STAGING_SIZE, settings.channel), record);
    entry.add("staged in a mapped file", LimitStaging.inMappedFile(programs.path("mapped"),
        programs.path("staging"), fileSize, STAGING_SIZE, settings.channel), record);
  }

  /** How limit programs become contenders. */
  private interface Entry {
    void add(String name, SyncableAppender appender, byte[] record);
  }

  private static void measurePrepared(Session session, int size) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(size);
    try (Programs programs = Programs.in(session)) {
      addLimits(programs, settings, record, programs::addBursts);
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"),
            WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(PREPARED_BYTES).build()));
        log.goToPreparedSpace(record, PREPARED_BYTES);
        programs.add(AppendWorkload.HOLDFAST, _ -> log.stream().append(record),
            _ -> log.goToPreparedSpace(record, PREPARED_BYTES));
      }
      Load load = new Load(ThreadKind.PLATFORM, 1, settings.round(), PREPARED_BURST_BYTES / size, Load.Timing.ROUND);
      Tables.addRates(session.report(), Tables.bytes(size), programs.takeTurns(load, settings.rounds), 1);
    }
  }

  private static void measureUnsynced(Session session, int size) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(size);
    try (Programs programs = Programs.in(session)) {
      addLimits(programs, settings, record, programs::add);
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"), SyncPolicy.ASYNC));
        programs.add(AppendWorkload.HOLDFAST, _ -> log.stream().append(record));
      }
      Load load = settings.load(ThreadKind.PLATFORM, 1, size, Load.Timing.ROUND);
      Tables.addRates(session.report(), Tables.bytes(size), programs.takeTurns(load, settings.rounds), 1);
    }
  }

  private static void measurePipelined(Session session, int size) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(size);
    int burst = BURST_BYTES / size;
    try (Programs programs = Programs.in(session)) {
      LimitPipeline limit = programs.closing(
          LimitPipeline.create(programs.path("pipeline"), settings.limitFileSize, STAGING_SIZE, settings.channel));
      programs.add("two buffers, one syncing", _ -> {
        for (int i = 0; i < burst; i++) {
          limit.append(record);
        }
        limit.drain();
      });
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"), SyncPolicy.STRICT));
        programs.add(AppendWorkload.HOLDFAST, _ -> appendBurst(log.stream(), record, burst));
      }
      Load load = settings.load(ThreadKind.PLATFORM, 1, BURST_BYTES, Load.Timing.EACH);
      Tables.addRates(session.report(), Tables.bytes(size), programs.takeTurns(load, settings.rounds), burst);
    }
  }

  private static void appendBurst(LogStream stream, byte[] record, int count) {
    var futures = new CompletableFuture<?>[count];
    for (int i = 0; i < count; i++) {
      futures[i] = stream.appendAsync(record);
    }
    CompletableFuture.allOf(futures).join();
  }
}
