package dev.holdfast.examples.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.MemoryDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example keeps what it says. */
@Timeout(120)
class IndexExampleTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private boolean run(String... args) throws IOException {
    out.reset();
    return IndexExample.run(List.of(args), new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aKilledIndexIsRecoveredFromItsCheckpoint(@TempDir Path directory) throws IOException {
    assertTrue(run(directory.toString()), said());
    assertTrue(said().contains("ms from the checkpoint of change "), said());
    assertTrue(run(directory.toString(), "view"));
    assertTrue(said().contains("live documents, 0 merges under way"), said());
    assertThrows(IllegalArgumentException.class, () -> run(directory.toString(), "look"));
  }

  /** Many threads delete while another one merges: no delete is lost between two segments. */
  @Test
  void deletesOfManyThreadsDuringMergesAreAllThere() {
    var directory = new MemoryDirectory();
    try (var log = IndexLog.open(directory, WalOptions.defaults(), SnapshotPolicy.everyRecords(10));
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("deleting-", 0).factory())) {
      log.addSegment(1_000);
      var deleting = IntStream.range(0, 4)
          .mapToObj(thread -> CompletableFuture.runAsync(() -> delete(log, thread), threads)).toList();
      var deleters = CompletableFuture.allOf(deleting.toArray(CompletableFuture[]::new));
      while (!deleters.isDone()) {
        mergeAll(log);
      }
      deleters.join();
      assertEquals(1_000 - 4 * 50, log.view().liveDocuments());
    }
    try (var log = IndexLog.open(directory, WalOptions.defaults(), SnapshotPolicy.onDemand())) {
      assertEquals(1_000 - 4 * 50, log.view().liveDocuments());
    }
  }

  /** Deletes 50 documents; another thread may have deleted one, or merged it away, since it was looked up. */
  private static void delete(IndexLog log, int thread) {
    for (var done = 0; done < 50;) {
      var newest = log.view().segments().lastEntry();
      var live = newest.getValue();
      var document = IntStream.range(0, live.documents()).filter(n -> n % 4 == thread && !live.deleted().contains(n))
          .findFirst();
      if (document.isPresent()) {
        try {
          log.deleteDocuments(List.of(new Document(newest.getKey(), document.getAsInt())));
          done++;
        } catch (IllegalArgumentException e) {
          assertTrue(String.valueOf(e.getMessage()).matches(".*(is not live|deleted before).*"), e::toString);
        }
      }
    }
  }

  private static void mergeAll(IndexLog log) {
    var merge = log.startMerge(log.view().segments().keySet());
    var copied = new ArrayList<>(log.view().copiedBy(merge));
    log.endMerge(merge, copied::indexOf);
  }
}
