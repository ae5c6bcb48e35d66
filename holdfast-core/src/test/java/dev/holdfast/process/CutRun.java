package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.process.KillEvent.Kind;
import dev.holdfast.process.KillHistory.Content;
import dev.holdfast.process.KillHistory.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writers on one disk whose power is cut again and again: after each cut, what is in the log is checked. */
final class CutRun {
  static final int STREAMS = 3;
  /** How many cuts the same log goes through; then a new one is begun. */
  private static final int CUTS_OF_ONE_LOG = 10;

  /**
   * What a writer does, and what is expected.
   *
   * @param policy its sync policy
   * @param promised the policy by which it is judged
   */
  record Policy(String policy, String promised) {
    static Policy of(String policy) {
      return new Policy(policy, policy);
    }

    Kept kept() {
      return promised.equals("BATCH_ONLY") ? Kept.BATCHES : Kept.ALL;
    }
  }

  private final CutDisk disk;
  private final long seed;
  private final SplittableRandom random;
  private final Map<String, Content> contents = new HashMap<>();
  private int rounds;
  private int acknowledged;
  private int truncations;
  private int torn;
  private int whileOpening;
  private int closed;

  CutRun(CutDisk disk, long seed) {
    this.disk = disk;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** A writer whose JVM has been started, and when its power is cut. */
  record Round(WriterLife life, Path log, Policy policy, int number, int kind, int things, long micros) {}

  /** Starts the next writer, which does not touch the disk yet. */
  Round prepare(Policy policy) throws IOException {
    var number = rounds++;
    var log = disk.root().resolve("log-" + number / CUTS_OF_ONE_LOG);
    var segmentSize = List.of(4096, 16_384, 65_536, 300_000).get(random.nextInt(4));
    var kind = random.nextInt(10);
    var orders = new WriterLife.Orders(log, seed, number, policy.policy, segmentSize);
    return new Round(WriterLife.ofStreams(STREAMS, orders), log, policy, number, kind,
        STREAMS + (kind < 4 ? random.nextInt(60) : random.nextInt(1_500)), random.nextInt(kind < 2 ? 100_000 : 5_000));
  }

  /**
   * Cuts the power while it opens the log (2 of 10), when it has done more or less (7 of 10), or while it closes (1 of
   * 10); then kills it, and checks the log.
   */
  void run(Round round) throws Exception {
    if (round.number % CUTS_OF_ONE_LOG == 0) {
      contents.clear();
    }
    round.life.say('o');
    if (round.kind >= 2) {
      round.life.await(round.things);
    }
    if (round.kind == 9) {
      round.life.say('c');
      TimeUnit.MILLISECONDS.sleep(round.things / 20);
    }
    TimeUnit.MICROSECONDS.sleep(round.micros);
    var told = round.life.events();
    disk.cutPower();
    round.life.kill();
    disk.restore();
    check(round, before(told, round.life.events()));
  }

  /**
   * Returns what counts: what was told before the cut, and of what was told after it only what began. A system that has
   * lost its power can tell nothing; one whose file system has stopped still runs, and XFS, having thrown away what it
   * was to write, reports the next sync of a directory as done.
   */
  private static List<KillEvent> before(List<KillEvent> told, List<KillEvent> all) {
    assertTrue(told.stream().noneMatch(CutRun::isError), "the writer process met an error before the power was cut");
    return Stream.concat(told.stream(), all.stream().skip(told.size()).filter(event -> switch (event.kind()) {
      case APPENDING, TRUNCATING_BEFORE, TRUNCATING_FROM, DELETING -> true;
      default -> false;
    })).toList();
  }

  private static boolean isError(KillEvent event) {
    return event.kind() == Kind.DISK_ERROR || event.kind() == Kind.FAILED;
  }

  private void check(Round round, List<KillEvent> events) throws IOException {
    count(events);
    if (!Files.exists(round.log.resolve("FORMAT"))) {
      assertTrue(contents.isEmpty() && events.stream().noneMatch(event -> event.kind() == Kind.APPENDED), "no log");
      return;
    }
    var bytes = Snapshot.of(round.log);
    try (var wal = Wal.openReadOnly(round.log, WalOptions.defaults())) {
      for (var number = 0; number < STREAMS; number++) {
        var name = KillWriter.name(number);
        var history = new KillHistory(contents.getOrDefault(name, Content.NONE), of(number, events),
            round.policy.kept());
        acknowledged += history.acknowledgements();
        truncations += history.cuts();
        var found = read(wal, name);
        history.check(found == null ? Content.NONE : found);
        remember(name, found);
      }
      for (var which = 0; which < BriefStreams.NAMES; which++) {
        var name = BriefStreams.name(which);
        var found = read(wal, name);
        new BriefHistory(contents.get(name), of(BriefStreams.number(which), events)).check(found);
        remember(name, found);
      }
    }
    Snapshot.assertSame(bytes, round.log);
  }

  private void count(List<KillEvent> events) {
    if (events.stream().noneMatch(event -> event.kind() == Kind.OPENED)) {
      whileOpening++;
    }
    if (events.stream().anyMatch(event -> event.kind() == Kind.CLOSED)) {
      closed++;
    }
  }

  private static List<KillEvent> of(int stream, List<KillEvent> events) {
    return events.stream().filter(event -> event.stream() == stream).toList();
  }

  private @Nullable Content read(Wal wal, String name) {
    if (!wal.hasStream(name)) {
      return null;
    }
    var stream = wal.stream(name);
    assertNotEquals(Outcome.CORRUPT, stream.recovery().outcome(), stream.recovery()::toString);
    if (stream.recovery().outcome() == Outcome.TORN_TAIL) {
      torn++;
    }
    var found = Content.of(stream);
    for (var i = 0; i < 3 && !found.records().isEmpty(); i++) {
      var id = found.firstId() + random.nextLong(found.records().size());
      assertEquals(found.records().get(id), KillRecord.of(stream.get(id).orElseThrow()));
    }
    return found;
  }

  private void remember(String name, @Nullable Content found) {
    if (found == null) {
      contents.remove(name);
    } else {
      contents.put(name, found);
    }
  }

  int acknowledged() {
    return acknowledged;
  }

  @Override
  public String toString() {
    return acknowledged + " appends acknowledged, " + truncations + " truncations from the back, " + torn
        + " torn tails, " + whileOpening + " cuts while opening, " + closed + " after closing";
  }
}
