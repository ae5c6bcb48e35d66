package dev.holdfast.benchmarks;

import dev.holdfast.SyncPolicy;
import dev.holdfast.benchmarks.limit.LimitAppend;
import dev.holdfast.benchmarks.limit.LimitGroupCommit;
import dev.holdfast.benchmarks.limit.LimitGroupCommit.Gathering;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Appends that return when the record is durable. */
@Command(name = "append", description = "Appends one record at a time, durable when it returns, from 1 to 64 threads.")
final class AppendWorkload extends Workload {
  static final String LIMIT_APPEND = "write + fdatasync";
  static final String LIMIT_GROUP_COMMIT = "group commit";
  static final String HOLDFAST = "Holdfast";

  @Option(names = "--threads", split = ",", paramLabel = "N", description = "Default: 1,8,64")
  int[] threads = {1, 8, 64};

  @Option(names = "--kind", split = ",", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}. Default: both")
  ThreadKind[] kinds = ThreadKind.values();

  @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Record sizes. Default: 128,1024,16384")
  int[] sizes = {128, 1024, 16384};

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("append", "one record at a time, durable when it returns (STRICT)");
    for (int size : sizes) {
      for (ThreadKind kind : kinds) {
        for (int count : threads) {
          measure(session, kind, count, size);
        }
      }
    }
  }

  /** Measures one setting; the first series is the limit that ratios are to. */
  static List<Series> measure(Session session, ThreadKind kind, int threads, int size) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(size);
    try (Programs programs = Programs.in(session)) {
      if (threads == 1) {
        programs.add(LIMIT_APPEND, LimitAppend.synced(programs.path("append"), settings.limitFileSize, size,
            settings.channel), record);
      }
      addGroupCommit(programs, settings, LIMIT_GROUP_COMMIT, Gathering.NONE, threads, record);
      addGroupCommit(programs, settings, "group commit, yielding", Gathering.YIELD, threads, record);
      if (session.measuresHoldfast()) {
        HoldfastLog log = programs.closing(HoldfastLog.open(programs.path("holdfast"), SyncPolicy.STRICT));
        programs.add(HOLDFAST, _ -> log.stream().append(record));
      }
      List<Series> series = programs.takeTurns(settings.load(kind, threads, size, Load.Timing.EACH), settings.rounds);
      Tables.addLatencies(session.report(), Tables.setting(kind, threads, size), series);
      return series;
    }
  }

  private static void addGroupCommit(Programs programs, Settings settings, String name, Gathering gathering,
      int threads, byte[] record) throws IOException {
    programs.add(name, LimitGroupCommit.create(programs.path(name), settings.limitFileSize, threads, record.length,
        settings.channel, gathering), record);
  }
}
