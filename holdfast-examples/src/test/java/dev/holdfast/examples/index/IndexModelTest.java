package dev.holdfast.examples.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.MemoryDirectory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log does what the model does, whatever is done to both; what makes no sense is refused and leaves no trace. */
@Timeout(120)
class IndexModelTest {
  private static final int STEPS = 150;
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(7)
      .preallocate(false).build();

  @Test
  void theViewIsThatOfAnIndexWhoseDocumentsAreObjects() {
    var first = Long.getLong("holdfast.examples.seed", 1);
    var seeds = Integer.getInteger("holdfast.examples.seeds", 40);
    var delayedDeletes = 0;
    for (var seed = first; seed < first + seeds; seed++) {
      try (var run = new Run(seed)) {
        run.steps();
        delayedDeletes += run.remapped;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " (-Dholdfast.examples.seed): " + e, e);
      }
    }
    assertTrue(delayedDeletes > seeds, "only " + delayedDeletes + " documents were deleted while they were merged");
  }

  /** One sequence of steps. */
  private static final class Run implements AutoCloseable {
    private final SplittableRandom random;
    private final MemoryDirectory directory = new MemoryDirectory();
    private final IndexModel model = new IndexModel();
    private IndexLog log;
    private int remapped;

    Run(long seed) {
      random = new SplittableRandom(seed);
      log = open();
    }

    private IndexLog open() {
      return IndexLog.open(directory, OPTIONS, SnapshotPolicy.everyRecords(11));
    }

    void steps() {
      for (var i = 0; i < STEPS; i++) {
        step();
        assertEquals(model.deleted(), IndexModel.deleted(log.view()));
        assertEquals(model.merges(), List.copyOf(log.view().merges().keySet()));
      }
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> {
          var documents = 1 + random.nextInt(12);
          model.add(log.addSegment(documents), documents);
        }
        case 3, 4, 5, 6 -> delete(some(model.documents(model.segments(), false), 4));
        case 7, 8 -> start(some(model.idle(), 3));
        case 9 -> some(model.merges(), 1).forEach(merge -> {
          log.cancelMerge(merge);
          model.cancel(merge);
        });
        case 10, 11 -> some(model.merges(), 1).forEach(this::end);
        case 12 -> nonsense();
        default -> reopen();
      }
    }

    private <T> List<T> some(List<T> from, int most) {
      var shuffled = new ArrayList<>(from);
      Collections.shuffle(shuffled, new Random(random.nextLong()));
      return shuffled.subList(0, Math.min(shuffled.size(), 1 + random.nextInt(most)));
    }

    private void delete(List<Document> documents) {
      log.deleteDocuments(documents);
      model.delete(documents);
    }

    private void start(List<Long> segments) {
      if (!segments.isEmpty()) {
        model.start(log.startMerge(segments), segments);
      }
    }

    private Map<Document, Integer> places(long merge) {
      var copied = new ArrayList<>(model.copiedBy(merge));
      Collections.shuffle(copied, new Random(random.nextLong()));
      var places = new HashMap<Document, Integer>();
      copied.forEach(document -> places.put(document, places.size()));
      return places;
    }

    private void end(long merge) {
      assertEquals(List.copyOf(model.copiedBy(merge)), log.view().copiedBy(merge));
      var places = places(merge);
      var asked = new ArrayList<Document>();
      var segment = log.endMerge(merge, document -> {
        asked.add(document);
        return places.getOrDefault(document, -1);
      });
      remapped += asked.size();
      model.end(merge, segment, places);
    }

    private void reopen() {
      var before = log.view();
      if (random.nextBoolean()) {
        log.checkpoint();
      }
      log.close();
      log = open();
      assertEquals(before, log.view());
    }

    private void nonsense() {
      var changes = log.changes();
      var before = log.view();
      var next = before.nextSegment();
      refused(() -> log.addSegment(0));
      refused(() -> log.deleteDocuments(List.of(new Document(next, 0))));
      refused(() -> log.startMerge(List.of()));
      refused(() -> log.startMerge(List.of(next)));
      refused(() -> log.cancelMerge(before.nextMerge()));
      refused(() -> log.endMerge(before.nextMerge(), Document::number));
      some(model.documents(model.segments(), true), 1).forEach(gone -> refused(
          () -> log.deleteDocuments(List.of(gone))));
      before.segments().forEach((segment, documents) -> refused(
          () -> log.deleteDocuments(List.of(new Document(segment, documents.documents())))));
      before.merges().values().forEach(merge -> refused(() -> log.startMerge(merge.dropped().keySet())));
      assertEquals(changes, log.changes());
      assertEquals(before, log.view());
    }

    private static void refused(Runnable change) {
      assertThrows(IllegalArgumentException.class, change::run);
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
