package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitScan;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import java.nio.ByteBuffer;
import java.util.EnumSet;

/** Reading everything in order, from the page cache. */
final class ScanComparison implements Comparison {
  static final int SIZE = 128;
  private static final int READ_SIZE = 128 << 10;
  private static final int FRAME_SIZE = 160;

  @Override
  public String name() {
    return "scan";
  }

  @Override
  public String description() {
    return "all records of 128 B in order, one thread, in the page cache; checksums verified by all but Chronicle Queue, Artemis, "
        + "BookKeeper, LMDB and SQLite, which have none on records";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    Settings settings = context.session().settings();
    long count = context.records();
    try (Contest contest = Contest.in(context)) {
      long bytes = count * FRAME_SIZE;
      LimitScan reads = LimitScan.create(contest.path("limit"), bytes + READ_SIZE, bytes, SIZE, READ_SIZE);
      LimitScan copies = reads.mapped();
      contest.limit("mapped, copies", _ -> expect(copies.scan().records(), count));
      contest.limit("reads of 128 KiB", _ -> expect(reads.scan().records(), count));
      contest.logs(Guarantee.UNSYNCED, Shape.ofRecords(SIZE), EnumSet.of(Ability.SCAN), log -> {
        fill(log, count);
        return Turn.of(_ -> scan(log, count));
      });
      // At least one whole scan in each round.
      Load load = new Load(ThreadKind.PLATFORM, 1, settings.round(), Long.MAX_VALUE, Load.Timing.EACH);
      outcome.add(count + " records", contest.takeTurns(load), Measure.rate(count));
    }
  }

  /** Appends so many records and syncs them. */
  static void fill(PeerLog log, long count) throws Exception {
    byte[] record = Records.ofSize(SIZE);
    for (long i = 0; i < count; i++) {
      log.append(record);
    }
    log.sync();
  }

  static void scan(PeerLog log, long count) throws Exception {
    var sum = new Sum();
    expect(log.scan(sum), count);
    expect(sum.bytes, count * SIZE);
  }

  private static void expect(long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException("read " + found + ", not " + expected);
    }
  }

  /** Touches each record. */
  private static final class Sum implements PeerLog.Visitor {
    private long bytes;
    private int firsts;

    @Override
    public void visit(ByteBuffer record) {
      bytes += record.remaining();
      firsts += record.get(record.position());
    }

    @Override
    public String toString() {
      return bytes + " bytes, " + firsts;
    }
  }
}
