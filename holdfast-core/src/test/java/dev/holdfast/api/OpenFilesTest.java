package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.ReadStrategy;
import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Few open files however many streams and segments there are (A6). */
class OpenFilesTest extends BackendTest {
  private static final int LIMIT = 8;
  /** What may be open beyond the limit: what the threads of the log and one more are working with at one moment. */
  private static final int IN_USE = 20;

  @Test
  void hundredsOfStreamsWorkWithAHandfulOfOpenFiles() throws IOException {
    try (var wal = open(WalOptions.builder().maxOpenSegments(LIMIT).syncPolicy(SyncPolicy.ASYNC))) {
      for (var round = 0; round < 2; round++) {
        for (var i = 0; i < 200; i++) {
          assertEquals(round, wal.stream("stream-" + i).append(bytes(i + "/" + round)));
          assertTrue(wal.stats().openFiles() <= LIMIT + IN_USE, () -> "" + wal.stats().openFiles());
        }
      }
      assertTrue(watch.takePeak() <= LIMIT + IN_USE, "at most " + watch.takePeak());
      for (var i = 199; i >= 0; i--) {
        assertEquals(i + "/1", text(wal.stream("stream-" + i).get(1).orElseThrow()));
      }
      assertTrue(watch.takePeak() <= LIMIT + IN_USE);
      assertEquals(List.of(), watch.closedDirty(), "a file with bytes that are not durable is never closed");
    }
    assertEquals(0, watch.openFiles(), "closing the log closes every file");
    try (var wal = open(WalOptions.builder().maxOpenSegments(LIMIT))) {
      assertEquals(200, wal.streamNames().size());
      for (var i = 0; i < 200; i++) {
        assertEquals(List.of(i + "/0", i + "/1"), Logs.read(wal.stream("stream-" + i), 0));
      }
      assertTrue(watch.takePeak() <= LIMIT + IN_USE);
    }
  }

  /** While one thread synced for another stream, all others opened files without bound. */
  @Test
  void aSlowDiskDoesNotLetOpenFilesGrowWithoutBound() throws Exception {
    watch.hook((op, _) -> {
      if (op == Watch.Op.FORCE) {
        Waits.millis(2);
      }
    });
    try (var wal = open(WalOptions.builder().maxOpenSegments(LIMIT).syncPolicy(SyncPolicy.ASYNC))) {
      var threads = new ArrayList<Thread>();
      for (var t = 0; t < 4; t++) {
        var first = t * 50;
        threads.add(Thread.ofPlatform().name("appender-" + t).start(() -> {
          for (var i = first; i < first + 50; i++) {
            wal.stream("stream-" + i).append(bytes("r"));
          }
        }));
      }
      for (var thread : threads) {
        thread.join();
      }
      var peak = watch.takePeak();
      assertTrue(peak <= LIMIT + IN_USE + 3, "at most " + peak);
      assertEquals(200, wal.streamNames().size());
      assertEquals(List.of(), watch.closedDirty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void manySegmentsAreReadWithAHandfulOfOpenFiles(ReadStrategy strategy) throws IOException {
    try (var wal = open(smallSegments().maxOpenSegments(LIMIT).readStrategy(strategy).maxRecordsPerSegment(5)
        .syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 400);
      assertTrue(wal.stream("s").segments().size() >= 80);
      for (var id = 399; id >= 0; id -= 3) {
        assertEquals("r" + id, text(wal.stream("s").get(id).orElseThrow()));
        assertTrue(wal.stats().openFiles() <= LIMIT + IN_USE);
      }
      var cursors = new ArrayList<RecordCursor>();
      for (var i = 0; i < 40; i++) {
        cursors.add(wal.stream("s").read(10L * i));
        assertTrue(cursors.getLast().next());
      }
      for (var i = 0; i < 40; i++) {
        assertEquals(Logs.names(10L * i + 1, 400), Logs.drain(cursors.get(i)), "a cursor survives its file's closing");
        cursors.get(i).close();
      }
      assertTrue(watch.takePeak() <= LIMIT + IN_USE);
    }
    assertEquals(0, watch.openFiles());
  }

  @Test
  void deletedAndTruncatedFilesAreClosed() throws IOException {
    try (var wal = open(smallSegments().maxRecordsPerSegment(5))) {
      Logs.append(wal.stream("s"), 0, 200);
      assertEquals(Logs.names(0, 200), Logs.read(wal.stream("s"), 0));
      wal.stream("s").truncateBefore(195);
      Logs.await("files of truncated segments are closed", () -> wal.stats().openFiles() <= 4);
      wal.deleteStream("s");
      assertEquals(0, wal.stats().openFiles());
      assertEquals(0, watch.openFiles());
    }
  }
}
