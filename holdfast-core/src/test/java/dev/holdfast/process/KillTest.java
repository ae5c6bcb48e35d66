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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
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
    var history = new KillHistory(content, round.life.events());
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
      if (round.told(Kind.APPENDED)) { // else what an earlier process has left may still be as it was
        assertEquals(Outcome.CLEAN, outcome, stream.recovery()::toString);
      }
      closed++;
    }
    if (outcome == Outcome.TORN_TAIL) {
      torn++;
    }
    if (!round.told(Kind.OPENED)) {
      killedWhileOpening++;
    }
    var found = Content.of(stream);
    for (var i = 0; i < 5 && !found.records().isEmpty(); i++) {
      var id = found.firstId() + random.nextLong(found.records().size());
      assertEquals(found.records().get(id), KillRecord.of(stream.get(id).orElseThrow()));
    }
    return found;
  }

  private static WalOptions options() {
    return WalOptions.builder().corruptionPolicy(CorruptionPolicy.ERROR).build();
  }

  /** One life of the writer process, and when it is killed. */
  private final class Round {
    final String policy;
    private final WriterLife life;
    private final int kind;
    private final int things;
    private final long micros;

    Round(Path log, int number) throws IOException {
      policy = number % 2 == 0 ? "STRICT" : "ASYNC";
      var segmentSize = List.of(4096, 16_384, 65_536, 300_000).get(random.nextInt(4));
      kind = random.nextInt(10);
      things = kind < 5 ? random.nextInt(30) : random.nextInt(800);
      micros = random.nextInt(kind < 2 ? 100_000 : 5_000);
      life = WriterLife.ofOneStream(new WriterLife.Orders(log, SEED, number, policy, segmentSize));
    }

    /**
     * Kills it while it opens the log (2 of 10), when it has done more or less (7 of 10), or while it closes (1 of 10).
     */
    void run() throws Exception {
      life.say('o');
      if (kind >= 2) {
        life.await(1 + things);
      }
      if (kind == 9) {
        life.say('c');
        TimeUnit.MILLISECONDS.sleep(things / 10);
      }
      TimeUnit.MICROSECONDS.sleep(micros);
      life.kill();
    }

    boolean told(Kind what) {
      return life.told(what);
    }

    void end() {
      life.close();
    }
  }
}
