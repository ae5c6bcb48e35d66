package dev.holdfast.power;

import static dev.holdfast.power.PowerLossDriver.explore;
import static dev.holdfast.power.PowerLossDriver.options;

import dev.holdfast.SyncPolicy;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Power losses at every operation of what programs do with a log. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkloadsTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void strictAppends() {
    explore("strict appends", options().build(), session -> {
      for (var i = 0; i < 40; i++) {
        session.append(i % 5 == 0 ? "b" : "a", random.nextInt(1500));
      }
    });
  }

  @Test
  void batchesWithSinglesBetween() {
    explore("batches with singles between", options().syncPolicy(SyncPolicy.BATCH_ONLY).build(), session -> {
      for (var i = 0; i < 16; i++) {
        session.append("a", random.nextInt(900));
        session.append("a", random.nextInt(900));
        session.batch("a", 1 + random.nextInt(9), random.nextInt(400));
      }
      session.batch("a", 3, 9000); // larger than a segment
      session.append("a", 10);
    });
  }

  @Test
  void strictBatches() {
    explore("strict batches", options().build(), session -> {
      for (var i = 0; i < 20; i++) {
        session.batch("a", 1 + random.nextInt(12), random.nextInt(500));
      }
    });
  }

  @Test
  void unsyncedAppendsAndExplicitSync() {
    explore("async with explicit sync", options().syncPolicy(SyncPolicy.ASYNC).build(), session -> {
      for (var i = 0; i < 80; i++) {
        session.append("a", random.nextInt(1000));
        if (i % 13 == 12) {
          session.sync("a");
        }
      }
    });
  }

  @Test
  void everyFewAppends() {
    explore("every 5", options().syncPolicy(SyncPolicy.everyN(5)).build(), session -> {
      for (var i = 0; i < 60; i++) {
        session.append("a", random.nextInt(1000));
      }
    });
  }

  @Test
  void manyRotations() {
    explore("many rotations", options().maxSegmentSize(4096).build(), session -> {
      for (var i = 0; i < 40; i++) {
        session.append("a", 700 + random.nextInt(1200));
      }
    });
  }

  @Test
  void manyRotationsWithoutSync() {
    explore("many rotations without sync", options().maxSegmentSize(4096).syncPolicy(SyncPolicy.ASYNC).build(),
        session -> {
          for (var i = 0; i < 80; i++) {
            session.append("a", 700 + random.nextInt(1200));
          }
        });
  }

  @Test
  void rotationsByRecords() {
    explore("rotation by records", options().maxRecordsPerSegment(3).preallocate(false).build(), session -> {
      for (var i = 0; i < 30; i++) {
        session.append("a", random.nextInt(200));
      }
    });
  }

  @Test
  void creationAndDeletion() {
    explore("creation and deletion", options().build(), session -> {
      for (var i = 0; i < 6; i++) {
        session.append("a", 100);
        session.batch("a", 3, 100);
        session.append("b" + i, 100);
        session.delete("a");
      }
      session.append("a", 100);
    });
  }

  @Test
  void truncationFromTheFront() {
    explore("truncateBefore", options().maxSegmentSize(4096).build(), session -> {
      for (var i = 0; i < 30; i++) {
        session.append("a", random.nextInt(1500));
        if (i % 6 == 5) {
          session.truncateBefore("a", i - 2);
        }
      }
      session.truncateBefore("a", 30);
      session.reopen();
      session.truncateBefore("a", 30);
    });
  }

  @Test
  void truncationFromTheBack() {
    explore("truncateFrom", options().maxSegmentSize(4096).build(), this::truncateFrom);
  }

  @Test
  void truncationFromTheBackWithoutSync() {
    explore("truncateFrom without sync", options().maxSegmentSize(4096).syncPolicy(SyncPolicy.ASYNC).build(),
        this::truncateFrom);
  }

  private void truncateFrom(Session session) {
    var a = "a";
    for (var i = 0; i < 12; i++) {
      session.append(a, random.nextInt(1500));
    }
    session.truncateFrom(a, 9); // within a segment
    session.batch(a, 5, 300);
    session.truncateFrom(a, 12); // within a batch
    session.append(a, 300);
    session.truncateFrom(a, 3); // over segments
    session.truncateFrom(a, 2); // again, from an empty segment
    session.append(a, 100);
    session.append(a, 2500);
    session.append(a, 2500);
    session.append(a, 2500);
    session.truncateFrom(a, (int) session.stream(a).segments().getLast().ids().start()); // at a boundary
    session.append(a, 100);
    session.reopen();
    session.truncateFrom(a, 2);
    session.append(a, 100);
    session.truncateFrom(a, 0);
    session.append(a, 100);
  }

  @Test
  void closingAndReopening() {
    explore("close and reopen", options().maxSegmentSize(4096).syncPolicy(SyncPolicy.BATCH_ONLY).build(), session -> {
      for (var i = 0; i < 6; i++) {
        session.append("a", random.nextInt(1500));
        session.append("a", random.nextInt(1500));
        session.batch("b", 2, random.nextInt(1500));
        session.reopen();
        session.reopen();
      }
    });
  }

  @Test
  void groupCommit() {
    explore("group commit", options().maxSegmentSize(16_384).writeBufferSize(4096).build(), session -> {
      for (var i = 0; i < 150; i++) {
        session.appendAsync("a", random.nextInt(600));
        if (i % 30 == 29) {
          session.join();
          session.append("a", 10);
        }
      }
    });
  }
}
