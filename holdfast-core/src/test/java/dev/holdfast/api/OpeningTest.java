package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What opening a log does, and what it leaves for later. */
class OpeningTest {
  private final Watch watch = new Watch();
  private final MemoryDirectory root = new MemoryDirectory();

  private Wal open(WalOptions.Builder options) {
    return Wal.open(WatchedDirectory.over(root, watch), options.build());
  }

  @Test
  void openingReadsNothingOfSealedSegmentsButTheLastOnes() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      Logs.append(wal.stream("s"), 0, 205);
      var copy = Logs.afterProcessDeath(watch, root);
      var again = new Watch();
      try (var killed = Wal.open(WatchedDirectory.over(copy, again), WalOptions.defaults())) {
        assertEquals(205, killed.stream("s").nextId());
        assertTrue(opened(again).size() <= 2, () -> "opened " + opened(again));
        again.clear();
        assertEquals("r55", Logs.text(killed.stream("s").get(55).orElseThrow()));
        assertEquals(Set.of("streams/s/" + Names.segment(50), "streams/s/" + Names.segment(60)), opened(again),
            "it, and where the next one begins");
      }
    }
  }

  private static Set<String> opened(Watch watch) {
    return watch.events().stream().filter(event -> event.op() == Watch.Op.OPEN).map(Watch.Event::path)
        .filter(path -> path.endsWith(".seg")).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatWasBeingPreparedIsGoneBeforeTheFirstAppendReturns() throws IOException {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 5);
      var copy = Logs.afterProcessDeath(watch, root);
      var streams = copy.subdirectory("streams").subdirectory("s");
      streams.create("1-7.tmp", 100).close();
      var refused = new Watch();
      refused.hook((op, path) -> {
        if (op == Watch.Op.DELETE) {
          throw new IOException("planted: not now");
        }
      });
      try (var again = Wal.open(WatchedDirectory.over(copy, refused), WalOptions.defaults())) {
        var stream = again.stream("s");
        assertThrows(WalIOException.class, () -> stream.append(Logs.bytes("r5")));
        assertTrue(streams.exists("1-7.tmp"));
        refused.hook((_, _) -> {});
        assertEquals(5, stream.append(Logs.bytes("r5")));
        assertFalse(streams.exists("1-7.tmp"));
        assertEquals(Logs.names(0, 6), Logs.read(stream, 0));
      }
    }
  }

  @Test
  void aSegmentThatIsTruncatedFirstDoesNotGetTheNameOfWhatIsBeingDeleted() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      Logs.append(wal.stream("s"), 0, 45);
      var copy = Logs.afterProcessDeath(watch, root);
      var streams = copy.subdirectory("streams").subdirectory("s");
      streams.create("1-0.tmp", 100).close();
      var again = new Watch();
      again.hook((op, path) -> {
        if (op == Watch.Op.DELETE && path.endsWith("1-0.tmp")) {
          LockSupport.parkNanos(200_000_000);
        }
      });
      try (var killed = Wal.open(WatchedDirectory.over(copy, again), WalOptions.defaults())) {
        var stream = killed.stream("s");
        stream.truncateBefore(25);
        assertEquals(45, stream.append(Logs.bytes("r45")));
        assertEquals(Logs.names(20, 46), Logs.read(stream, 0));
      }
    }
  }

  @Test
  void openingAStreamOfWhichEverythingIsDurableSyncsNothing() throws IOException {
    try (var wal = open(WalOptions.builder())) {
      Logs.append(wal.stream("s"), 0, 5);
      var again = new Watch();
      try (var killed = Wal.open(WatchedDirectory.over(Logs.afterProcessDeath(watch, root), again),
          WalOptions.defaults())) {
        again.clear();
        assertEquals(5, killed.stream("s").nextId());
        assertEquals(List.of(), syncsOfStreams(again));
      }
    }
  }

  /** Not of the names that lead to them. */
  private static List<Watch.Event> syncsOfStreams(Watch watch) {
    return watch.events().stream().filter(event -> event.op() == Watch.Op.SYNC || event.op() == Watch.Op.FORCE)
        .filter(event -> event.path().startsWith("streams/s/")).toList();
  }

  @Test
  void deletingWhatWasBeingPreparedNeedsNoSync() throws IOException {
    try (var wal = open(WalOptions.builder())) {
      Logs.append(wal.stream("s"), 0, 5);
      var copy = Logs.afterProcessDeath(watch, root);
      var streams = copy.subdirectory("streams").subdirectory("s");
      streams.create("1-7.tmp", 100).close();
      var again = new Watch();
      try (var killed = Wal.open(WatchedDirectory.over(copy, again), WalOptions.defaults())) {
        assertEquals(5, killed.stream("s").nextId());
        Logs.await("the file is deleted", () -> again.count((op, _) -> op == Watch.Op.DELETE) == 1);
        assertEquals(List.of(), syncsOfStreams(again));
      }
    }
  }

  @Test
  void theNamesThatLeadToTheStreamsAreSyncedBehindTheOpening() throws IOException {
    try (var wal = open(WalOptions.builder())) {
      Logs.append(wal.stream("s"), 0, 5);
      var again = new Watch();
      var held = new CountDownLatch(1);
      again.hook((op, path) -> {
        if (op == Watch.Op.SYNC && path.isEmpty()) {
          Waits.on(held);
        }
      });
      try (var killed = Wal.open(WatchedDirectory.over(Logs.afterProcessDeath(watch, root), again),
          WalOptions.defaults())) {
        var stream = killed.stream("s");
        assertEquals(Logs.names(0, 5), Logs.read(stream, 0));
        var appended = CompletableFuture.supplyAsync(() -> stream.append(Logs.bytes("r5")));
        Logs.await("the root is being synced",
            () -> again.count((op, path) -> op == Watch.Op.SYNC && path.isEmpty()) == 1);
        assertThrows(TimeoutException.class, () -> appended.get(100, TimeUnit.MILLISECONDS));
        assertEquals(5, stream.nextId());
        held.countDown();
        assertEquals(5, appended.join());
        assertEquals(1, again.count((op, path) -> op == Watch.Op.SYNC && path.equals("streams/")));
      } finally {
        held.countDown();
      }
    }
  }

  @Test
  void nothingBecomesDurableWhereTheNamesThatLeadThereDoNot() throws IOException {
    try (var wal = open(WalOptions.builder())) {
      Logs.append(wal.stream("s"), 0, 5);
      for (var directory : List.of("", "streams/")) {
        var again = new Watch();
        again.hook((op, path) -> {
          if (op == Watch.Op.SYNC && path.equals(directory)) {
            throw new IOException("planted: not now");
          }
        });
        var killed = Wal.open(WatchedDirectory.over(Logs.afterProcessDeath(watch, root), again),
            WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build());
        var stream = killed.stream("s");
        assertEquals(Logs.names(0, 5), Logs.read(stream, 0));
        var message = Logs.message(assertThrows(StreamFailedException.class, () -> stream.append(Logs.bytes("r5"))));
        assertTrue(message.contains("planted: not now"), message);
        var other = killed.stream("other");
        assertThrows(WalException.class, () -> other.append(Logs.bytes("r0")));
        again.hook((_, _) -> {}); // a sync that has failed is not tried again
        assertThrows(WalIOException.class, () -> killed.hasStream("other"));
        assertThrows(WalIOException.class, killed::streamNames);
        assertThrows(StreamFailedException.class, () -> stream.append(Logs.bytes("r5")));
        assertThrows(WalException.class, killed::close);
      }
    }
  }

  @Test
  void closingALogOfWhichNothingWasUsedSyncsItsNames() throws IOException {
    open(WalOptions.builder()).close();
    watch.clear();
    open(WalOptions.builder()).close();
    assertEquals(1, watch.count((op, path) -> op == Watch.Op.SYNC && path.isEmpty()));
    watch.hook((op, path) -> {
      if (op == Watch.Op.SYNC && path.isEmpty()) {
        throw new IOException("planted: not now");
      }
    });
    assertThrows(WalIOException.class, () -> open(WalOptions.builder()).close());
    watch.hook((_, _) -> {});
    open(WalOptions.builder()).close();
  }

  @Test
  void theTimeOfTheScanIsPartOfTheTimeOfTheRecovery() throws IOException {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 500);
      try (var killed = Wal.open(Logs.afterProcessDeath(watch, root), WalOptions.defaults())) {
        var report = killed.stream("s").recovery();
        assertTrue(report.bytesScanned() > 0, report::toString);
        assertTrue(report.scanDuration().isPositive(), report::toString);
        assertTrue(report.scanDuration().compareTo(report.duration()) <= 0, report::toString);
      }
    }
  }
}
