package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionPolicy;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.process.KillEvent.Kind;
import dev.holdfast.process.KillHistory.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of a writing process, again and again on one growing log, also while it recovers from the kill
 * before. {@code -Dholdfast.kill.rounds=500} for more; {@code -Dholdfast.kill.seed=…} repeats the choices of a run,
 * though not its timing.
 */
class KillTest {
  private static final int ROUNDS = Integer.getInteger("holdfast.kill.rounds", 50);
  private static final long SEED = Long.getLong("holdfast.kill.seed", System.nanoTime());

  @TempDir
  Path temporary;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private Content content = Content.NONE;
  private int acknowledgements;
  private int cuts;
  private int torn;
  private int killedWhileOpening;
  private int closed;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void aKilledWriterLosesNothingItAcknowledged() throws Exception {
    System.out.println("KillTest: seed " + SEED + ", " + ROUNDS + " rounds");
    var log = temporary.resolve("log");
    var next = new Round(log, 0);
    try {
      for (var round = 0; round < ROUNDS; round++) {
        var present = next;
        next = new Round(log, round + 1); // its JVM starts meanwhile, and waits
        try {
          present.run();
          check(log, present);
        } catch (Throwable e) {
          throw new AssertionError("seed " + SEED + ", round " + round + ", " + present.policy + ": " + e.getMessage(),
              e);
        } finally {
          present.end();
        }
      }
    } finally {
      next.end();
    }
    System.out
        .println("KillTest: " + acknowledgements + " appends acknowledged, next id " + content.nextId() + ", " + cuts
            + " truncations from the back, " + torn + " torn tails, " + killedWhileOpening + " killed while opening, "
            + closed
            + " closed in order");
    assertTrue(acknowledgements > ROUNDS && content.nextId() > ROUNDS, "too little was done to mean anything");
  }

  private void check(Path log, Round round) throws IOException {
    var history = new KillHistory(content, round.events);
    acknowledgements += history.acknowledgements();
    cuts += history.cuts();
    if (!Files.exists(log.resolve("FORMAT"))) {
      assertEquals(0, history.acknowledgements());
      return;
    }
    var bytes = Snapshot.of(log);
    try (var wal = Wal.openReadOnly(log, options())) {
      if (wal.hasStream(KillWriter.STREAM)) {
        var found = read(wal, round);
        history.check(found);
        content = found;
      } else {
        assertEquals(0, history.acknowledgements());
        assertEquals(Content.NONE, content);
      }
    }
    Snapshot.assertSame(bytes, log);
  }

  private Content read(Wal wal, Round round) {
    var stream = wal.stream(KillWriter.STREAM);
    var outcome = stream.recovery().outcome();
    assertNotEquals(Outcome.CORRUPT, outcome, stream.recovery()::toString);
    if (round.told(Kind.CLOSED)) {
      assertEquals(Outcome.CLEAN, outcome, stream.recovery()::toString);
      closed++;
    }
    if (outcome == Outcome.TORN_TAIL) {
      torn++;
    }
    if (!round.told(Kind.OPENED)) {
      killedWhileOpening++;
    }
    var records = new TreeMap<Long, KillRecord>();
    try (var cursor = stream.read(0)) {
      for (var id = stream.firstId(); cursor.next(); id++) {
        assertEquals(id, cursor.id());
        records.put(id, KillRecord.of(cursor.copyPayload()));
      }
    }
    for (var i = 0; i < 5 && !records.isEmpty(); i++) {
      var id = stream.firstId() + random.nextLong(records.size());
      assertEquals(records.get(id), KillRecord.of(stream.get(id).orElseThrow()));
    }
    return new Content(stream.firstId(), stream.nextId(), records);
  }

  private static WalOptions options() {
    return WalOptions.builder().corruptionPolicy(CorruptionPolicy.ERROR).build();
  }

  /** One life of the writer process. */
  private final class Round {
    final List<KillEvent> events = new ArrayList<>();
    final String policy;
    private final Process process;
    private boolean ended;
    private final CompletableFuture<Void> listening;
    private final int kind;
    private final int things;
    private final long micros;

    Round(Path log, int number) throws IOException {
      policy = number % 2 == 0 ? "STRICT" : "ASYNC";
      var segmentSize = List.of(4096, 16_384, 65_536, 300_000).get(random.nextInt(4));
      kind = random.nextInt(10);
      things = kind < 5 ? random.nextInt(30) : random.nextInt(800);
      micros = random.nextInt(kind < 2 ? 100_000 : 5_000);
      process = ChildJvm.start(KillWriter.class, log.toString(), Long.toString(SEED), Integer.toString(number), policy,
          segmentSize.toString());
      listening = CompletableFuture.runAsync(this::listen, task -> Thread.ofPlatform().name("events").start(task));
    }

    private void listen() {
      try (var in = process.getInputStream()) {
        for (var event = KillEvent.read(in); event.isPresent(); event = KillEvent.read(in)) {
          told(event.get());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        ended();
      }
    }

    private synchronized void told(KillEvent event) {
      events.add(event);
      notifyAll();
    }

    private synchronized void ended() {
      ended = true;
      notifyAll();
    }

    private synchronized void await(int number) throws InterruptedException {
      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (events.size() < number && !ended) {
        assertTrue(System.nanoTime() < deadline, () -> "the writer process hangs after " + events);
        wait(1000);
      }
    }

    /**
     * Kills it while it opens the log (2 of 10), when it has done more or less (7 of 10), or while it closes (1 of 10).
     */
    void run() throws Exception {
      say('o');
      if (kind >= 2) {
        await(1 + things);
      }
      if (kind == 9) {
        say('c');
        TimeUnit.MILLISECONDS.sleep(things / 10);
      }
      TimeUnit.MICROSECONDS.sleep(micros);
      ChildJvm.kill(process);
      listening.get(60, TimeUnit.SECONDS);
    }

    private void say(char command) throws IOException {
      process.getOutputStream().write(command);
      process.getOutputStream().flush();
    }

    boolean told(Kind what) {
      return events.stream().anyMatch(event -> event.kind() == what);
    }

    void end() {
      ChildJvm.kill(process);
    }
  }
}
