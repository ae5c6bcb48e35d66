package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Truncation from the front (A13, C9). */
class TruncateBeforeTest extends BackendTest {

  /** Opens the log with a stream "s" of records 0 to 44, ten a segment. */
  private Wal filled(WalOptions.Builder options) throws IOException {
    var wal = open(options.maxRecordsPerSegment(10));
    Logs.append(wal.stream("s"), 0, 45);
    return wal;
  }

  private Wal filled() throws IOException {
    return filled(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC));
  }

  @Test
  void wholeSegmentsBelowTheIdGoAndTheCallSaysWhich() throws IOException {
    try (var wal = filled()) {
      var stream = wal.stream("s");
      assertEquals(new IdRange(0, 0), stream.truncateBefore(0));
      assertEquals(new IdRange(0, 0), stream.truncateBefore(9));
      assertEquals(new IdRange(0, 20), stream.truncateBefore(25));
      assertEquals(20, stream.firstId());
      assertEquals(new IdRange(20, 20), stream.truncateBefore(29));
      assertEquals(new IdRange(20, 30), stream.truncateBefore(30));
      assertEquals(List.of(new IdRange(30, 40), new IdRange(40, 45)),
          stream.segments().stream().map(s -> s.ids()).toList());
      assertEquals(15, stream.stats().records());
    }
  }

  @Test
  void theLastSegmentIsNeverDeleted() throws IOException {
    try (var wal = filled()) {
      assertEquals(new IdRange(0, 40), wal.stream("s").truncateBefore(45));
      assertEquals(Logs.names(40, 45), Logs.read(wal.stream("s"), 0));
    }
    try (var wal = open()) {
      assertEquals(new IdRange(40, 40), wal.stream("s").truncateBefore(45), "nor when none is written to");
      assertEquals(Logs.names(40, 45), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void whatWentStaysGoneAndIdsGoOnAfterReopening() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateBefore(31);
    }
    for (var round = 0; round < 3; round++) {
      try (var wal = open()) {
        var stream = wal.stream("s");
        assertEquals(30, stream.firstId());
        assertEquals(45 + round, stream.append(bytes("r" + (45 + round))));
        assertEquals(Logs.names(30, 46 + round), Logs.read(stream, 0));
      }
    }
  }

  @Test
  void idsAreNotUsedAgainThoughEverythingWasTruncatedFromBothEnds() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateFrom(40);
      assertEquals(new IdRange(0, 40), wal.stream("s").truncateBefore(40));
      assertEmptyAt(40, wal.stream("s"));
    }
    for (var round = 0; round < 2; round++) {
      try (var wal = open()) {
        assertEmptyAt(40, wal.stream("s"));
      }
    }
    try (var wal = Wal.openReadOnly(watched(), WalOptions.defaults())) {
      assertEmptyAt(40, wal.stream("s"));
    }
    try (var wal = open()) {
      assertThrows(IllegalArgumentException.class, () -> wal.stream("s").truncateFrom(0), "those ids are gone");
      assertEquals(40, wal.stream("s").append(bytes("r40")));
    }
    try (var wal = open()) {
      assertEquals(List.of("r40"), Logs.read(wal.stream("s"), 0));
      assertEquals(40, wal.stream("s").firstId());
    }
  }

  private static void assertEmptyAt(long id, LogStream stream) {
    assertEquals(id, stream.firstId());
    assertEquals(id, stream.nextId());
    assertEquals(0, stream.stats().records());
    assertTrue(stream.get(0).isEmpty());
    assertTrue(stream.get(id).isEmpty());
    try (var cursor = stream.read(0); var records = stream.records(0)) {
      assertFalse(cursor.next());
      assertEquals(0, records.count());
    }
  }

  @Test
  void aTruncatedIdIsEmptyAndReadingFromItStartsAtTheFirstThereIs() throws IOException {
    try (var wal = filled()) {
      var stream = wal.stream("s");
      stream.truncateBefore(20);
      assertTrue(stream.get(19).isEmpty());
      assertTrue(stream.get(0).isEmpty());
      assertEquals("r20", text(stream.get(20).orElseThrow()));
      assertEquals(Logs.names(20, 45), Logs.read(stream, 0));
      assertEquals(Logs.names(20, 45), Logs.read(stream, 19));
      try (var records = stream.records(0)) {
        assertEquals(25, records.count());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCursorThatLagsBehindIsTold(ReadStrategy strategy) throws IOException {
    try (var wal = filled(WalOptions.builder().readStrategy(strategy)); var cursor = wal.stream("s").read(0)) {
      assertTrue(cursor.next());
      wal.stream("s").truncateBefore(40);
      var e = assertThrows(CursorInvalidatedException.class, () -> Logs.drain(cursor));
      assertTrue(String.valueOf(e.getMessage()).contains("40"), "it names the first id there is: " + e.getMessage());
      assertThrows(CursorInvalidatedException.class, cursor::next, "and again");
    }
  }

  @Test
  void aCursorThatHasDeliveredNothingStartsAtTheFirstThereIs() throws IOException {
    try (var wal = filled(); var cursor = wal.stream("s").read(5)) {
      wal.stream("s").truncateBefore(40);
      assertEquals(Logs.names(40, 45), Logs.drain(cursor));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCursorAtWhatIsKeptGoesOn(ReadStrategy strategy) throws IOException {
    try (var wal = filled(WalOptions.builder().readStrategy(strategy)); var cursor = wal.stream("s").read(40)) {
      assertTrue(cursor.next());
      wal.stream("s").truncateBefore(40);
      Logs.append(wal.stream("s"), 45, 60);
      assertEquals(Logs.names(41, 60), Logs.drain(cursor));
    }
  }

  @ParameterizedTest
  @EnumSource
  void readersInFlightAreSafe(ReadStrategy strategy) throws Exception {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(20).syncPolicy(SyncPolicy.ASYNC)
        .readStrategy(strategy).maxOpenSegments(8))) {
      var stream = wal.stream("s");
      var problem = new AtomicReference<@Nullable Throwable>();
      var end = 20 * times(150);
      var threads = List.of(reader(stream, end, problem), getter(stream, end, problem));
      for (var i = 0; i < end; i += 20) {
        Logs.append(stream, i, i + 20);
        if (i % 100 == 0) {
          stream.truncateBefore(Math.max(0, i - 40));
        }
      }
      stream.append(bytes("end"));
      for (var thread : threads) {
        thread.join(30_000);
        assertFalse(thread.isAlive());
      }
      if (problem.get() != null) {
        throw new AssertionError("a reader failed", problem.get());
      }
    }
  }

  private static Thread reader(LogStream stream, int end, AtomicReference<@Nullable Throwable> problem) {
    return Thread.ofPlatform().name("reader").start(() -> {
      try {
        while (stream.nextId() <= end) {
          readUntilTruncated(stream, end);
          LockSupport.parkNanos(20_000);
        }
      } catch (RuntimeException | Error e) {
        problem.set(e);
      }
    });
  }

  private static void readUntilTruncated(LogStream stream, int end) {
    try (var cursor = stream.read(0)) {
      while (cursor.next() && cursor.id() < end) {
        assertEquals("r" + cursor.id(), text(cursor.payload()));
      }
    } catch (CursorInvalidatedException e) {
      // it lagged behind; the next one begins at what there is
    }
  }

  private static Thread getter(LogStream stream, int end, AtomicReference<@Nullable Throwable> problem) {
    return Thread.ofPlatform().name("getter").start(() -> {
      try {
        while (stream.nextId() <= end) {
          var id = Math.max(0, stream.firstId() - 3);
          var found = stream.get(id);
          assertTrue(found.isEmpty() || text(found.get()).equals("r" + id));
          LockSupport.parkNanos(20_000);
        }
      } catch (RuntimeException | Error e) {
        problem.set(e);
      }
    });
  }

  @Test
  void segmentsLeftUnsealedByAProcessThatDiedCanBeTruncatedAndAppendingGoesOn() throws IOException {
    var root = new MemoryDirectory();
    try (var wal = Wal.open(WatchedDirectory.over(root, watch),
        WalOptions.builder().maxRecordsPerSegment(10).syncPolicy(SyncPolicy.ASYNC).build())) {
      Logs.append(wal.stream("s"), 0, 5);
      wal.stream("s").truncateFrom(4);
      wal.stream("s").append(bytes("r4"));
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.endsWith(".seg")) {
          throw new OutOfSpaceException("planted: nothing is sealed");
        }
      });
      Logs.append(wal.stream("s"), 5, 16);
      root = Logs.afterProcessDeath(watch, root);
      watch.hook((_, _) -> {});
    } catch (WalException e) {
      // what became of the first process is not the point
    }
    for (var round = 0; round < 2; round++) {
      try (var wal = Wal.open(root, WalOptions.defaults())) {
        var stream = wal.stream("s");
        var went = stream.truncateBefore(stream.nextId());
        assertEquals(stream.firstId(), went.end());
        stream.append(bytes("next"));
        stream.sync();
      }
    }
  }

  @Test
  void theFilesAreGone() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateBefore(45);
      assertEquals(List.of("00000000000000000040.seg"), root().subdirectory("streams").subdirectory("s").list().stream()
          .filter(name -> name.endsWith(".seg")).toList());
    }
  }

  @Test
  void aStreamThatWasNeverWrittenToHasNothingToTruncate() throws IOException {
    try (var wal = open()) {
      assertEquals(new IdRange(0, 0), wal.stream("s").truncateBefore(0));
      assertEquals(new IdRange(0, 0), wal.stream("s").truncateFrom(0));
    }
  }
}
