package dev.holdfast.benchmarks;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import dev.holdfast.SyncPolicy;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.snapshot.DurableState;
import java.nio.ByteBuffer;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What codecs, and a state in memory, add to records. */
@Command(name = "typed", description = "Entries of a type, and a state, beside plain records: appending and replaying.")
final class TypedWorkload extends Workload {
  private static final int TEXT = 104;
  private static final WalOptions ASYNC = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build();

  @Option(names = "--records", paramLabel = "N", description = "How many are replayed. Default: ${DEFAULT-VALUE}")
  int records = 1_000_000;

  /** Encoded, it has 128 bytes: 8, 8, 8 and a text with its length. */
  private record Transfer(long from, long to, long cents, String text) {}

  private static final Codec<Transfer> TRANSFERS = new Codec<>() {
    @Override
    public void encode(Transfer entry, PayloadWriter out) throws CodecException {
      out.putLong(entry.from).putLong(entry.to).putLong(entry.cents).putUtf8(entry.text);
    }

    @Override
    public Transfer decode(ByteBuffer in) throws CodecException {
      return new Transfer(in.getLong(), in.getLong(), in.getLong(), Codecs.utf8(in));
    }
  };

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("typed", "entries of " + (25 + TEXT - 1) + " B, ASYNC, one thread");
    if (session.measuresHoldfast()) {
      measureAppending(session);
      measureReplaying(session);
    }
  }

  private static Transfer transfer(long i) {
    return new Transfer(i, i + 1, 100, "x".repeat(TEXT - 1));
  }

  private static void measureAppending(Session session) throws Exception {
    Settings settings = session.settings();
    byte[] bytes = Codecs.toBytes(TRANSFERS, transfer(1));
    Transfer entry = transfer(1);
    try (Programs programs = Programs.in(session)) {
      Wal wal = Wal.open(programs.path("log"), ASYNC);
      programs.closing(wal::close);
      programs.add("records", _ -> wal.stream("plain").append(bytes));
      TypedStream<Transfer> typed = wal.stream("typed", TRANSFERS);
      programs.add("entries", _ -> typed.append(entry));
      TypedStream<Transfer> changes = wal.stream("state", TRANSFERS);
      DurableState<Long, Transfer> state = DurableState.<Long, Transfer>on(wal, changes).initial(() -> 0L)
          .apply((sum, change) -> sum + change.value().cents).open();
      programs.closing(state::close);
      programs.add("a state", _ -> state.append(entry));
      Tables.addRates(session.report(), "append",
          programs.takeTurns(settings.load(ThreadKind.PLATFORM, 1, bytes.length, Load.Timing.ROUND), settings.rounds),
          1);
    }
  }

  private void measureReplaying(Session session) throws Exception {
    Settings settings = session.settings();
    try (Programs programs = Programs.in(session)) {
      Wal wal = Wal.open(programs.path("log"), ASYNC);
      programs.closing(wal::close);
      TypedStream<Transfer> typed = wal.stream("typed", TRANSFERS);
      for (int i = 0; i < records; i++) {
        typed.append(transfer(i));
      }
      programs.add("cursor over records", _ -> expect(cursor(typed)));
      programs.add("replay, counted", _ -> expect(typed.replay().count()));
      programs.add("replay, each entry", _ -> expect(typed.replay().forEach(_ -> {})));
      programs.add("state opened", _ -> {
        try (DurableState<Long, Transfer> state = DurableState.<Long, Transfer>on(wal, typed).initial(() -> 0L)
            .apply((sum, change) -> sum + change.value().cents).open()) {
          expect(state.end());
        }
      });
      // At least one whole replay in each round.
      Load load = new Load(ThreadKind.PLATFORM, 1, Duration.ofMillis(settings.millis), Long.MAX_VALUE,
          Load.Timing.EACH);
      Tables.addRates(session.report(), "replay", programs.takeTurns(load, settings.rounds), records);
    }
  }

  private static long cursor(TypedStream<Transfer> typed) {
    long count = 0;
    try (var cursor = typed.stream().read(0)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private void expect(long found) {
    if (found != records) {
      throw new IllegalStateException(found + " records, not " + records);
    }
  }
}
