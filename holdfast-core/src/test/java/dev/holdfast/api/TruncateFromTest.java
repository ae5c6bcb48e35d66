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
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Truncation from the back (E4). */
class TruncateFromTest extends BackendTest {

  /** Opens the log with a stream "s" of records 0 to 39, ten a segment; in each segment 3 to 8 are a batch. */
  private Wal filled(WalOptions.Builder options) throws IOException {
    var wal = open(options.maxRecordsPerSegment(10));
    for (var i = 0; i < 40; i += 10) {
      Logs.append(wal.stream("s"), i, i + 3);
      wal.stream("s").appendBatch(Logs.batch(i + 3, i + 9));
      Logs.append(wal.stream("s"), i + 9, i + 10);
    }
    return wal;
  }

  private Wal filled() throws IOException {
    return filled(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC));
  }

  /** In the middle of a segment, of a batch, at its ends, at segment boundaries, near the end, everything. */
  @ParameterizedTest
  @ValueSource(longs = {22, 25, 23, 29, 20, 30, 10, 1, 39, 0})
  void whatIsCutIsGoneAndIdsGoOnThere(long id) throws IOException {
    try (var wal = filled()) {
      var stream = wal.stream("s");
      assertEquals(new IdRange(id, 40), stream.truncateFrom(id));
      assertEndsAt(stream, id);
    }
    try (var wal = open()) {
      assertEndsAt(wal.stream("s"), id);
      assertEquals(id, wal.stream("s").append(bytes("new")));
    }
    try (var wal = open()) {
      assertEquals(withNew(id), Logs.read(wal.stream("s"), 0));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {22, 25, 20, 0})
  void appendingGoesOnAtOnce(long id) throws IOException {
    try (var wal = filled()) {
      var stream = wal.stream("s");
      stream.truncateFrom(id);
      assertEquals(id, stream.append(bytes("new")));
      assertEquals(withNew(id), Logs.read(stream, 0));
      assertEquals("new", text(stream.get(id).orElseThrow()));
    }
    try (var wal = open()) {
      assertEquals(withNew(id), Logs.read(wal.stream("s"), 0));
      assertEquals("CLEAN", wal.stream("s").recovery().outcome().name());
    }
  }

  private static List<String> withNew(long id) {
    return Stream.concat(Logs.names(0, id).stream(), Stream.of("new")).toList();
  }

  private static void assertEndsAt(LogStream stream, long id) {
    assertEquals(0, stream.firstId());
    assertEquals(id, stream.nextId());
    assertTrue(stream.durableEnd() <= id);
    assertEquals(Logs.names(0, id), Logs.read(stream, 0));
    assertTrue(stream.get(id).isEmpty());
    assertTrue(stream.get(39).isEmpty());
    assertEquals(id, stream.stats().records());
    assertEquals(id, stream.segments().stream().mapToLong(s -> s.ids().count()).sum());
  }

  @ParameterizedTest
  @ValueSource(longs = {22, 25, 20, 0})
  void whatIsCutStaysGoneWhenTheProcessDies(long id) throws IOException {
    try (var wal = filled(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      wal.stream("s").truncateFrom(id);
      try (var again = Wal.open(Logs.afterProcessDeath(watch, root()), WalOptions.defaults())) {
        assertEndsAt(again.stream("s"), id);
      }
      wal.stream("s").append(bytes("new"));
      try (var again = Wal.open(Logs.afterProcessDeath(watch, root()), WalOptions.defaults())) {
        assertEquals(withNew(id), Logs.read(again.stream("s"), 0));
      }
    }
  }

  @Test
  void nothingToCutIsNoChange() throws IOException {
    try (var wal = filled()) {
      assertEquals(new IdRange(40, 40), wal.stream("s").truncateFrom(40));
      assertEquals(4, wal.stream("s").segments().size(), "no other history was begun");
      assertEquals(40, wal.stream("s").append(bytes("next")));
    }
  }

  @Test
  void cuttingAgainAndAgainLeavesTheLastHistory() throws IOException {
    var expected = new ArrayList<>(Logs.names(0, 40));
    try (var wal = filled()) {
      for (var round = 0; round < times(32); round++) {
        round(wal.stream("s"), expected, round);
      }
    }
    for (var round = times(32); round < times(48); round++) {
      try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
        assertEquals(expected, Logs.read(wal.stream("s"), 0));
        round(wal.stream("s"), expected, round);
        assertEquals(expected, Logs.read(wal.stream("s"), 0));
      }
    }
  }

  private static void round(LogStream stream, List<String> expected, int round) {
    var id = round * 7 % (expected.size() + 1);
    stream.truncateFrom(id);
    expected.subList(id, expected.size()).clear();
    for (var i = 0; i < round % 13; i++) {
      stream.append(bytes("round " + round + "/" + i));
      expected.add("round " + round + "/" + i);
    }
  }

  @Test
  void cuttingTwiceWithoutAnAppendBetween() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateFrom(33);
      wal.stream("s").truncateFrom(25);
      wal.stream("s").truncateFrom(25);
      wal.stream("s").truncateFrom(20);
      wal.stream("s").truncateFrom(5);
      assertEndsAt(wal.stream("s"), 5);
    }
    try (var wal = open()) {
      wal.stream("s").truncateFrom(2);
      assertEndsAt(wal.stream("s"), 2);
    }
    try (var wal = open()) {
      assertEndsAt(wal.stream("s"), 2);
    }
  }

  @Test
  void cuttingJustAfterOpening() throws IOException {
    filled().close();
    try (var wal = open()) {
      wal.stream("s").truncateFrom(25);
      assertEndsAt(wal.stream("s"), 25);
    }
    try (var wal = open()) {
      assertEndsAt(wal.stream("s"), 25);
    }
  }

  @Test
  void cuttingAtTheFirstIdOfAStreamThatWasTruncatedFromTheFront() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateBefore(20);
      assertThrows(IllegalArgumentException.class, () -> wal.stream("s").truncateFrom(19));
      assertEquals(new IdRange(20, 40), wal.stream("s").truncateFrom(20));
      assertEquals(20, wal.stream("s").append(bytes("new")));
    }
    try (var wal = open()) {
      assertEquals(List.of("new"), Logs.read(wal.stream("s"), 0));
      assertEquals(20, wal.stream("s").firstId());
    }
  }

  @ParameterizedTest
  @EnumSource
  void cursorsBeyondTheCutAreInvalidatedThoseBelowGoOn(ReadStrategy strategy) throws IOException {
    try (var wal = filled(WalOptions.builder().readStrategy(strategy))) {
      var stream = wal.stream("s");
      try (var beyond = stream.read(30);
          var below = stream.read(4);
          var inTheBatch = stream.read(23);
          var ahead = stream.read(39)) {
        assertTrue(beyond.next());
        assertTrue(below.next());
        assertTrue(inTheBatch.next());
        stream.truncateFrom(25);
        stream.appendBatch(List.of(bytes("new25"), bytes("new26")));
        assertThrows(CursorInvalidatedException.class, beyond::next);
        assertThrows(CursorInvalidatedException.class, beyond::next, "and again");
        assertThrows(CursorInvalidatedException.class, ahead::next);
        var expected = new ArrayList<>(Logs.names(5, 25));
        expected.addAll(List.of("new25", "new26"));
        assertEquals(expected, Logs.drain(below));
        assertEquals(List.of("r24", "new25", "new26"), Logs.drain(inTheBatch));
      }
    }
  }

  @Test
  void aCursorNeverDeliversAMixtureOfHistories() throws Exception {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(50).syncPolicy(SyncPolicy.ASYNC))) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 100);
      var problems = new ArrayList<Throwable>(); // guarded by itself
      var reader = Thread.ofPlatform().name("reader").start(() -> {
        try {
          while (stream.nextId() < 200) {
            readGenerations(stream);
            LockSupport.parkNanos(20_000);
          }
        } catch (RuntimeException | Error e) {
          synchronized (problems) {
            problems.add(e);
          }
        }
      });
      for (var generation = 1; generation <= times(160); generation++) {
        stream.truncateFrom(50 + generation % 40);
        for (var i = 0; i < 30; i++) {
          stream.append(bytes("g" + generation));
        }
      }
      while (stream.nextId() < 200) {
        stream.append(bytes("g999"));
      }
      reader.join(30_000);
      synchronized (problems) {
        if (!problems.isEmpty()) {
          throw new AssertionError("the reader failed", problems.getFirst());
        }
      }
    }
  }

  /** Generations never go back within what one cursor delivers. */
  private static void readGenerations(LogStream stream) {
    try (var cursor = stream.read(0)) {
      var last = 0;
      while (cursor.next()) {
        var payload = text(cursor.payload());
        if (payload.startsWith("g")) {
          var generation = Integer.parseInt(payload, 1, payload.length(), 10);
          assertTrue(generation >= last, () -> payload);
          last = generation;
        } else {
          assertEquals("r" + cursor.id(), payload);
        }
      }
    } catch (CursorInvalidatedException e) {
      // cut under it
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {25, 32, 30})
  void aCursorOpenedAfterReopeningNeverGoesOnIntoWhatWasCutBefore(long id) throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateFrom(id);
    }
    try (var wal = open(); var cursor = wal.stream("s").read(0)) {
      assertEquals(Logs.names(0, id), Logs.drain(cursor));
      wal.stream("s").append(bytes("new"));
      wal.stream("s").append(bytes("newer"));
      assertEquals(List.of("new", "newer"), Logs.drain(cursor));
    }
  }

  @Test
  void anEmptySegmentFoundAtOpeningIsNotLeftBehindByACut() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateFrom(37); // leaves an empty segment
    }
    try (var wal = open()) {
      wal.stream("s").truncateFrom(34);
      wal.stream("s").appendBatch(Logs.batch(34, 50));
    }
    try (var wal = open()) {
      assertEquals(Logs.names(0, 50), Logs.read(wal.stream("s"), 0));
      assertEquals(List.of(0L, 10L, 20L, 30L, 34L),
          wal.stream("s").segments().stream().map(s -> s.ids().start()).toList());
    }
  }

  @Test
  void theSpaceOfWhatWasCutIsGivenBack() throws IOException {
    try (var wal = filled()) {
      wal.stream("s").truncateFrom(5);
      assertEquals(List.of("00000000000000000000.seg", "00000000000000000005.seg"),
          root().subdirectory("streams").subdirectory("s").list().stream().filter(n -> n.endsWith(".seg")).toList());
    }
  }

  @Test
  void strictDurabilityHoldsInTheNewHistoryToo() throws IOException {
    try (var wal = filled(WalOptions.builder().syncPolicy(SyncPolicy.STRICT))) {
      var stream = wal.stream("s");
      stream.truncateFrom(15);
      assertEquals(15, stream.durableEnd());
      for (var i = 15; i < 30; i++) {
        stream.append(bytes("x"));
        assertEquals(i + 1, stream.durableEnd());
        assertFalse(watch.unsyncedSegments().contains("streams/s/" + stream.segments().getLast().file()));
      }
    }
  }
}
