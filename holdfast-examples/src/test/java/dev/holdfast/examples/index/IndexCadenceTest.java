package dev.holdfast.examples.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When there are checkpoints, new segments, syncs and reopenings has no influence on what the changes add up to. */
@Timeout(120)
class IndexCadenceTest {
  private static final int CHANGES = 120;
  private static final int SCHEDULES = 8;

  static LongStream seeds() {
    var first = Long.getLong("holdfast.examples.seed", 1);
    return LongStream.range(first, first + 8);
  }

  /** What is done besides the changes. */
  private record Schedule(WalOptions options, SnapshotPolicy checkpoints, int checkpointOneIn, int reopenOneIn) {

    static Schedule random(SplittableRandom random) {
      var options = WalOptions.builder().maxSegmentSize(4096L << random.nextInt(4))
          .maxRecordsPerSegment(random.nextInt(40)).preallocate(random.nextBoolean())
          .syncPolicy(random.nextBoolean() ? SyncPolicy.STRICT : SyncPolicy.ASYNC).build();
      var checkpoints = random.nextBoolean()
          ? SnapshotPolicy.onDemand()
          : SnapshotPolicy.everyRecords(1 + random.nextInt(30));
      return new Schedule(options, checkpoints, 1 + random.nextInt(50), 1 + random.nextInt(50));
    }

    IndexLog open(MemoryDirectory directory) {
      return IndexLog.open(directory, options, checkpoints);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyScheduleGivesTheSameViewAndTheSameBytes(long seed) throws IOException, CodecException {
    var changes = changes(seed);
    var expected = changes.stream().reduce(IndexView.EMPTY, IndexView::apply, (a, _) -> a);
    var bytes = Codecs.toBytes(new IndexViewCodec(), expected);
    assertEquals(expected, Codecs.fromBytes(new IndexViewCodec(), bytes));
    var random = new SplittableRandom(seed);
    byte[] file = null;
    var truncated = 0;
    for (var i = 0; i < SCHEDULES; i++) {
      var schedule = Schedule.random(random);
      var directory = new MemoryDirectory();
      var view = run(changes, schedule, directory, random);
      var label = "seed " + seed + ", " + schedule;
      assertEquals(expected, view, label);
      assertArrayEquals(bytes, Codecs.toBytes(new IndexViewCodec(), view), label);
      var written = newestSnapshot(directory);
      assertArrayEquals(file == null ? written : file, written, label);
      file = written;
      truncated += truncated(directory, schedule.options) ? 1 : 0;
    }
    assertTrue(truncated > 0, "no schedule has truncated anything");
  }

  private static List<Change> changes(long seed) {
    var simulation = new IndexSimulation(seed, 20);
    var changes = new ArrayList<Change>();
    var view = IndexView.EMPTY;
    while (changes.size() < CHANGES) {
      changes.add(simulation.next(view));
      view = view.apply(changes.getLast());
    }
    return changes;
  }

  private static IndexView run(List<Change> changes, Schedule schedule, MemoryDirectory directory,
      SplittableRandom random) {
    var log = schedule.open(directory);
    try {
      for (var change : changes) {
        log.append(change);
        if (random.nextInt(schedule.checkpointOneIn) == 0) {
          log.checkpoint();
        }
        if (random.nextInt(schedule.reopenOneIn) == 0) {
          log.close();
          log = schedule.open(directory);
        }
      }
      log.checkpoint();
      return log.view();
    } finally {
      log.close();
    }
  }

  private static byte[] newestSnapshot(MemoryDirectory directory) throws IOException {
    var snapshots = directory.subdirectory("snapshots").subdirectory(IndexLog.STREAM);
    return snapshots.read(snapshots.list().stream().sorted().toList().getLast(), 1 << 20);
  }

  private static boolean truncated(MemoryDirectory directory, WalOptions options) {
    try (var wal = Wal.open(directory, options)) {
      assertEquals(CHANGES, wal.stream(IndexLog.STREAM).nextId());
      return wal.stream(IndexLog.STREAM).firstId() > 0;
    }
  }
}
