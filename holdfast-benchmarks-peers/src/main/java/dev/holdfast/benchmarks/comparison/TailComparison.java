package dev.holdfast.benchmarks.comparison;

import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.HoldfastLog;
import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.Settings;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.comparison.Contest.Turn;
import dev.holdfast.benchmarks.limit.LimitTail;
import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.HoldfastPeer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import dev.holdfast.benchmarks.report.Unit;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;

/** From the beginning of an append to the moment another thread has the record, one record at a time. */
final class TailComparison implements Comparison {
  private static final int SIZE = 128;
  private static final Duration WAIT = Duration.ofMillis(10);
  private static final Measure TIME = new Measure("median", Unit.TIME, Measure.Better.LOWER, Figures::median);

  @Override
  public String name() {
    return "tail";
  }

  @Override
  public String description() {
    return "append of 128 B to its delivery to another thread, which asks again and again (stores: for the next number)";
  }

  @Override
  public void measure(Context context, Outcome outcome) throws Exception {
    for (Guarantee guarantee : Guarantee.values()) {
      try (Contest contest = Contest.in(context)) {
        addLimit(contest, guarantee);
        byte[] record = Records.ofSize(SIZE);
        contest.logs(guarantee, Shape.ofRecords(SIZE), EnumSet.of(Ability.TAIL), log -> {
          PeerLog.Tail tail = contest.closing(log.tail());
          Delivery delivery = contest.closing(Delivery.of(() -> tail.poll() != null));
          return Turn.of(_ -> delivery.appendAndAwait(() -> log.append(record)));
        });
        if (!context.usable(EnumSet.of(Ability.TAIL)).isEmpty()
            && context.peers().getFirst().name().equals(HoldfastPeer.NAME)) {
          addWaiting(contest, guarantee, record);
        }
        Load load = contest.session().settings().load(ThreadKind.PLATFORM, 1, SIZE, Load.Timing.EACH);
        outcome.add(guarantee.name().toLowerCase(Locale.ROOT), contest.takeTurns(load), TIME);
      }
    }
  }

  private static void addLimit(Contest contest, Guarantee guarantee) throws IOException {
    Settings settings = contest.session().settings();
    boolean durable = guarantee == Guarantee.DURABLE;
    byte[] record = Records.ofSize(SIZE);
    LimitTail limit = contest.closing(LimitTail.create(contest.path("limit"), settings.limitFileSize(), SIZE, durable,
        settings.channel()));
    Delivery delivery = contest.closing(Delivery.of(() -> limit.poll() != null));
    contest.limit(durable ? "write + fdatasync, mapped" : "mapped file",
        _ -> delivery.appendAndAwait(() -> limit.append(record)));
  }

  /** As most will use it: the reader sleeps until there is something to read. */
  private static void addWaiting(Contest contest, Guarantee guarantee, byte[] record) {
    SyncPolicy policy = guarantee == Guarantee.DURABLE ? SyncPolicy.STRICT : SyncPolicy.ASYNC;
    HoldfastLog log = contest.closing(
        HoldfastLog.open(contest.path("holdfast-waiting"), WalOptions.builder().syncPolicy(policy).build()));
    RecordCursor cursor = log.stream().tail(log.stream().nextId());
    contest.closing((Closeable) cursor::close);
    Delivery delivery = contest.closing(Delivery.of(() -> cursor.next(WAIT)));
    contest.holdfast("Holdfast, waiting",
        Turn.of(_ -> delivery.appendAndAwait(() -> log.stream().append(record))));
  }
}
