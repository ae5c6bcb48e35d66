package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.explore;
import static dev.holdfast.power.CrashedLog.options;
import static dev.holdfast.power.CrashedLog.small;
import static dev.holdfast.power.Step.append;
import static dev.holdfast.power.Step.appendAsync;
import static dev.holdfast.power.Step.batch;
import static dev.holdfast.power.Step.delete;
import static dev.holdfast.power.Step.fillDisk;
import static dev.holdfast.power.Step.join;
import static dev.holdfast.power.Step.reopen;
import static dev.holdfast.power.Step.sync;
import static dev.holdfast.power.Step.truncateBefore;
import static dev.holdfast.power.Step.truncateFrom;
import static dev.holdfast.power.Step.truncateLastSegment;
import static dev.holdfast.power.Step.writers;

import dev.holdfast.Compression;
import dev.holdfast.SyncPolicy;
import dev.holdfast.compression.TinyLz4;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Crashes at every operation of what programs do with a log. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkloadsTest {
  private static final String A = "a";

  /** So many steps, by number. */
  private static List<Step> steps(int count, IntFunction<Step> step) {
    var steps = new ArrayList<Step>();
    for (var i = 0; i < count; i++) {
      steps.add(step.apply(i));
    }
    return steps;
  }

  private static Function<SplittableRandom, List<Step>> appends(int count, int upTo) {
    return random -> steps(count, i -> append(i % 5 == 4 ? "b" : A, random.nextInt(upTo)));
  }

  @Test
  void strictAppends() {
    explore("strict appends", 8, small().build(), appends(24, 900));
  }

  @Test
  void strictAppendsIntoMappedFiles() {
    explore("strict appends, mapped", 2, options().maxSegmentSize(4096).build(), appends(20, 1200));
  }

  @Test
  void batchesWithSinglesBetween() {
    explore("batches with singles between", 8, small().syncPolicy(SyncPolicy.BATCH_ONLY).build(), random -> {
      var steps = steps(20, i -> i % 3 == 2
          ? batch(A, 1 + random.nextInt(9), random.nextInt(300))
          : append(A, random.nextInt(700)));
      steps.add(batch(A, 3, 2500)); // larger than a segment
      steps.add(append(A, 10));
      return steps;
    });
  }

  @Test
  void strictBatches() {
    explore("strict batches", 6, small().build(),
        random -> steps(14, _ -> batch(A, 1 + random.nextInt(12), random.nextInt(300))));
  }

  @Test
  void unsyncedAppendsAndExplicitSync() {
    explore("async with explicit sync", 7, small().syncPolicy(SyncPolicy.ASYNC).build(),
        random -> steps(30, i -> i % 9 == 8 ? sync(A) : append(A, random.nextInt(700))));
  }

  @Test
  void everyFewAppends() {
    explore("every 5", 7, small().syncPolicy(SyncPolicy.everyN(5)).build(), appends(30, 700));
  }

  @Test
  void everyFewMilliseconds() {
    explore("every 2 ms", 4, small().syncPolicy(SyncPolicy.every(Duration.ofMillis(2))).build(), appends(30, 700));
  }

  @Test
  void manyRotations() {
    explore("many rotations", 7, small().build(), random -> steps(16, _ -> append(A, 700 + random.nextInt(1200))));
  }

  @Test
  void manyRotationsWithoutSync() {
    explore("many rotations without sync", 7, small().syncPolicy(SyncPolicy.ASYNC).build(),
        random -> steps(20, _ -> append(A, 700 + random.nextInt(1200))));
  }

  @Test
  void rotationsByRecords() {
    explore("rotations by records", 5, small().maxRecordsPerSegment(3).preallocate(false).build(),
        random -> steps(16, _ -> append(A, random.nextInt(200))));
  }

  @Test
  void segmentsThatGrow() {
    explore("segments that grow", 4, small().maxSegmentSize(1 << 20).syncPolicy(SyncPolicy.BATCH_ONLY).build(),
        random -> steps(12, i -> i % 6 == 5 ? batch(A, 2, 20_000) : append(A, 5000 + random.nextInt(15_000))));
  }

  @Test
  void creationAndDeletion() {
    explore("creation and deletion", 5, small().build(), random -> steps(20, i -> switch (i % 4) {
      case 0 -> append(A, random.nextInt(300));
      case 1 -> batch(A, 3, random.nextInt(100));
      case 2 -> append("b" + i, 100);
      default -> delete(random.nextBoolean() ? A : "b" + (i - 1));
    }));
  }

  @Test
  void truncationFromTheFront() {
    explore("truncateBefore", 4, small().build(), random -> {
      var steps = steps(20, i -> i % 5 == 4
          ? truncateBefore(A, random.nextInt(4))
          : append(A, 300 + random.nextInt(900)));
      steps.addAll(List.of(truncateBefore(A, 0), reopen(), truncateBefore(A, 0), append(A, 10)));
      return steps;
    });
  }

  @Test
  void truncationFromTheFrontGoingOnInTheSameFiles() {
    explore("recycling", 5, small().build(), WorkloadsTest::rotationsAndTruncations);
  }

  @Test
  void truncationFromTheFrontGoingOnInTheSameFilesWithoutSync() {
    explore("recycling without sync", 5, small().syncPolicy(SyncPolicy.ASYNC).build(),
        WorkloadsTest::rotationsAndTruncations);
  }

  private static List<Step> rotationsAndTruncations(SplittableRandom random) {
    return steps(30, i -> switch (random.nextInt(10)) {
      case 0, 1 -> truncateBefore(A, random.nextInt(3));
      case 2 -> i % 3 == 0 ? truncateFrom(A, random.nextInt(3)) : batch(A, 3, random.nextInt(400));
      case 3 -> i % 4 == 0 ? reopen() : sync(A);
      default -> append(A, 600 + random.nextInt(700));
    });
  }

  @Test
  void truncationFromTheBack() {
    explore("truncateFrom", 4, small().build(), WorkloadsTest::truncations);
  }

  @Test
  void truncationFromTheBackWithoutSync() {
    explore("truncateFrom without sync", 4, small().syncPolicy(SyncPolicy.ASYNC).build(), WorkloadsTest::truncations);
  }

  private static List<Step> truncations(SplittableRandom random) {
    return steps(22, i -> switch (random.nextInt(8)) {
      case 0 -> truncateFrom(A, random.nextInt(4));
      case 1 -> truncateFrom(A, random.nextInt(12));
      case 2 -> random.nextBoolean() ? truncateLastSegment(A) : truncateFrom(A, 1000);
      case 3 -> batch(A, 1 + random.nextInt(5), 200);
      case 4 -> i % 2 == 0 ? reopen() : truncateBefore(A, 2);
      default -> append(A, random.nextInt(1300));
    });
  }

  @Test
  void closingAndReopening() {
    explore("close and reopen", 5, small().syncPolicy(SyncPolicy.BATCH_ONLY).build(),
        random -> steps(16, i -> i % 3 == 2
            ? reopen()
            : random.nextBoolean() ? append(A, random.nextInt(1500)) : batch("b", 2, random.nextInt(1500))));
  }

  @Test
  void groupCommit() {
    explore("group commit", 7, small().maxSegmentSize(8192).build(), random -> {
      var steps = steps(40, i -> i % 13 == 12 ? join() : appendAsync(A, random.nextInt(500)));
      steps.add(writers(A, 3, 5, random.nextInt(300)));
      steps.add(append(A, 10));
      return steps;
    });
  }

  @Test
  void groupCommitWithoutSync() {
    explore("group commit without sync", 2, small().syncPolicy(SyncPolicy.ASYNC).build(), random -> List.of(
        writers(A, 3, 6, random.nextInt(500)), sync(A), writers(A, 2, 6, random.nextInt(500)), reopen(),
        writers(A, 4, 3, random.nextInt(500))));
  }

  @Test
  void fullDisks() {
    explore("full disk", 4, small().build(), random -> List.of(append(A, 100), append("b", 100),
        fillDisk(A, random.nextInt(12_000), random.nextInt(1500)), append(A, 100), reopen(),
        fillDisk(A, random.nextInt(3000), random.nextInt(600)), append("b", 100)));
  }

  @Test
  void compressedRecordsAndBatches() {
    var compressed = small().compressor(new TinyLz4()).compression(Compression.LZ4).minCompressionSize(100)
        .blockCacheSize(8192).syncPolicy(SyncPolicy.BATCH_ONLY).build();
    explore("compressed", 4, compressed, random -> steps(24, i -> switch (random.nextInt(6)) {
      case 0 -> batch(A, 1 + random.nextInt(9), random.nextInt(600));
      case 1 -> truncateFrom(A, random.nextInt(5));
      case 2 -> i % 2 == 0 ? reopen() : sync(A);
      default -> append(A, random.nextInt(9000)); // some are larger than a segment before they are compressed
    }));
  }
}
