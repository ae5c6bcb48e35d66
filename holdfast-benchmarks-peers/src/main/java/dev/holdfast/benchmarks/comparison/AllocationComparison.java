package dev.holdfast.benchmarks.comparison;

import com.sun.management.ThreadMXBean;
import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Scratch;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Outcome.Single;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Bytes of the heap that are allocated for each operation, by the thread that does it and by all threads of the
 * process.
 */
final class AllocationComparison implements Comparison {
  private static final int WARM_UPS = 3;
  private static final int DURABLE_SHARE = 100;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Override
  public String name() {
    return "allocation";
  }

  @Override
  public String description() {
    return "heap allocated for each operation on records of 128 B, one thread";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    int count = Math.max(DURABLE_SHARE, context.records() / 10);
    byte[] record = Records.ofSize(ScanComparison.SIZE);
    Task append = (log, times) -> {
      for (int i = 0; i < times; i++) {
        log.append(record);
      }
    };
    Task scan = (log, times) -> ScanComparison.scan(log, times);
    Task get = (log, times) -> {
      for (int i = 0; i < times; i++) {
        GetComparison.expectSize(log.get(GetComparison.random(i, times)));
      }
    };
    outcome.addSingle("append, unsynced", measure(context, Guarantee.UNSYNCED, Set.of(), append, count));
    outcome.addSingle("append, durable",
        measure(context, Guarantee.DURABLE, Set.of(), append, count / DURABLE_SHARE));
    outcome.addSingle("scan, a record",
        measure(context, Guarantee.UNSYNCED, EnumSet.of(Ability.SCAN), scan, count));
    outcome.addSingle("get, a copy", measure(context, Guarantee.UNSYNCED, EnumSet.of(Ability.GET), get, count));
  }

  private List<Single> measure(Context context, Guarantee guarantee, Set<Ability> needed, Task task, int times)
      throws Exception {
    List<Single> all = new ArrayList<>();
    for (Peer peer : context.usable(needed)) {
      try (Scratch scratch = context.session().scratch();
          PeerLog log = peer.open(scratch.resolve("log"), guarantee, Shape.ofRecords(ScanComparison.SIZE))) {
        if (!needed.isEmpty()) {
          ScanComparison.fill(log, times);
        }
        all.add(new Single(peer.name(), Contest.roleOf(peer), measure(task, log, times)));
      }
    }
    return all;
  }

  private List<Figure> measure(Task task, PeerLog log, int times) throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      task.run(log, times);
    }
    long own = threads.getCurrentThreadAllocatedBytes();
    long total = threads.getTotalThreadAllocatedBytes();
    task.run(log, times);
    own = threads.getCurrentThreadAllocatedBytes() - own;
    total = threads.getTotalThreadAllocatedBytes() - total;
    return List.of(new Figure("this thread", (double) own / times, Unit.SIZE),
        new Figure("all threads", (double) total / times, Unit.SIZE));
  }

  /** Does an operation so many times. */
  @FunctionalInterface
  private interface Task {
    void run(PeerLog log, int times) throws Exception;
  }
}
