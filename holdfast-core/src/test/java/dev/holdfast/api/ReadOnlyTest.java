package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.StreamNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logs that are open for reading only, alone and beside a writer of the same process (E3). */
class ReadOnlyTest extends BackendTest {

  private Wal reader() throws IOException {
    return reader(ReadStrategy.MMAP);
  }

  private Wal reader(ReadStrategy strategy) throws IOException {
    return Wal.openReadOnly(root(), WalOptions.builder().readStrategy(strategy).build());
  }

  private void fill() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10))) {
      Logs.append(wal.stream("s"), 0, 45);
      wal.stream("t").append(bytes("x"));
    }
  }

  @Test
  void readingWithNoWriterGivesEverything() throws IOException {
    fill();
    try (var reader = reader()) {
      assertEquals(List.of("s", "t"), reader.streamNames());
      assertTrue(reader.hasStream("s"));
      assertFalse(reader.hasStream("u"));
      var stream = reader.stream("s");
      assertEquals(0, stream.firstId());
      assertEquals(45, stream.nextId());
      assertEquals(45, stream.durableEnd());
      assertEquals(5, stream.segments().size());
      assertEquals(45, stream.stats().records());
      assertEquals("CLEAN", stream.recovery().outcome().name());
      assertEquals(Logs.names(0, 45), Logs.read(stream, 0));
      assertEquals("r17", text(stream.get(17).orElseThrow()));
      assertTrue(stream.get(45).isEmpty());
      assertThrows(StreamNotFoundException.class, () -> reader.stream("u"));
    }
  }

  @Test
  void thereMustBeALog() throws IOException {
    var empty = root().createSubdirectory("empty");
    var e = assertThrows(IllegalArgumentException.class, () -> Wal.openReadOnly(empty, WalOptions.defaults()));
    assertTrue(Logs.message(e).contains("no log"), e.getMessage());
    assertEquals(List.of(), empty.list(), "nothing is created");
    assertThrows(IllegalArgumentException.class,
        () -> Wal.openReadOnly(temporary.resolve("nowhere"), WalOptions.defaults()));
  }

  @Test
  void everythingThatWouldChangeAnythingIsRefused() throws IOException {
    fill();
    try (var reader = reader()) {
      var stream = reader.stream("s");
      var refused = List.<Executable>of(() -> stream.append(bytes("x")), () -> stream.append(bytes("x"), 0, 1),
          () -> stream.append(ByteBuffer.allocate(1)), () -> stream.appendAsync(bytes("x")),
          () -> stream.appendAsync(bytes("x"), 0, 1), () -> stream.appendAsync(ByteBuffer.allocate(1)),
          () -> stream.appendBatch(Logs.batch(0, 1)), () -> stream.appendBatch(List.of()),
          () -> stream.appendBatchAsync(Logs.batch(0, 1)), stream::txn, stream::sync, () -> stream.awaitDurable(0),
          () -> stream.truncateBefore(10), () -> stream.truncateFrom(10), () -> reader.deleteStream("s"), reader::sync);
      for (var call : refused) {
        var e = assertThrows(UnsupportedOperationException.class, call);
        assertTrue(Logs.message(e).contains("reading only"), e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void readingNeverChangesAByte(ReadStrategy strategy) throws IOException {
    fill();
    assertUnchangedByReading(strategy);
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 45, 50);
      wal.stream("s").sync();
      assertUnchangedByReading(strategy);
    }
  }

  @Test
  void readingWhatAProcessLeftThatDiedChangesNothingEither() throws IOException {
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(10).syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 25);
      var left = Logs.afterProcessDeath(watch, root());
      var before = Logs.contentOf(left);
      try (var reader = Wal.openReadOnly(left, WalOptions.defaults())) {
        assertEquals(Logs.names(0, 25), Logs.read(reader.stream("s"), 0), "what the process wrote is there");
      }
      assertEquals(before, Logs.contentOf(left));
    }
  }

  private void assertUnchangedByReading(ReadStrategy strategy) throws IOException {
    var before = Logs.contentOf(root());
    try (var reader = reader(strategy)) {
      for (var name : reader.streamNames()) {
        var stream = reader.stream(name);
        Logs.read(stream, 0);
        stream.getAll(0, 1, 44, 100);
        stream.segments();
        try (var tail = stream.tail(stream.nextId())) {
          assertFalse(tail.next(Duration.ofMillis(20)));
        }
      }
    }
    assertEquals(before, Logs.contentOf(root()));
  }

  @Test
  void severalReadersMayReadBesideAWriter() throws IOException {
    fill();
    try (var first = reader(); var second = reader(); var wal = open(); var third = reader()) {
      wal.stream("s").append(bytes("r45"));
      for (var reader : List.of(first, second, third)) {
        assertEquals(Logs.names(0, 46), Logs.read(reader.stream("s"), 0));
      }
    }
  }

  @Test
  void underStrictAReaderNeverSeesWhatIsNotDurable() throws Exception {
    fill();
    try (var wal = open(); var reader = reader()) {
      var stream = reader.stream("s");
      var syncing = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      wal.stream("s").append(bytes("r45"));
      watch.hook((op, path) -> {
        if (op == Watch.Op.FORCE && path.startsWith("streams/s/") && path.endsWith(".seg")) {
          syncing.countDown();
          Waits.on(goOn);
        }
      });
      var appender = Thread.ofPlatform().name("appender").start(() -> wal.stream("s").append(bytes("r46")));
      Waits.on(syncing); // it has been written
      Thread.sleep(60);
      assertEquals(46, stream.nextId());
      assertTrue(stream.get(46).isEmpty());
      assertEquals(Logs.names(0, 46), Logs.read(stream, 0));
      try (var another = reader()) {
        assertEquals(46, another.stream("s").nextId(), "nor does one that is opened now");
      }
      goOn.countDown();
      appender.join();
      Logs.await("it is seen", () -> stream.nextId() == 47);
      assertTrue(stream.durableEnd() <= wal.stream("s").durableEnd());
    }
  }

  @Test
  void underAsyncAReaderSeesWhatWasAcknowledgedSoonAfter() throws IOException {
    fill();
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC)); var reader = reader()) {
      var stream = reader.stream("s");
      Logs.append(wal.stream("s"), 45, 60);
      Logs.await("the records are seen", () -> stream.nextId() == 60);
      assertEquals(Logs.names(0, 60), Logs.read(stream, 0));
      assertTrue(stream.durableEnd() <= 60);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTailFollowsTheWriterAcrossSegments(ReadStrategy strategy) throws Exception {
    fill();
    try (var wal = open(WalOptions.builder().maxRecordsPerSegment(7));
        var reader = reader(strategy);
        var tail = reader.stream("s").tail(40)) {
      var problem = new AtomicReference<@Nullable Throwable>();
      var end = 45 + times(320);
      var following = Thread.ofPlatform().name("tail").start(() -> {
        try {
          for (var i = 40; i < end; i++) {
            assertTrue(tail.next(Logs.SOON), "it waits in vain");
            assertEquals(i, tail.id());
            assertEquals("r" + i, text(tail.payload()));
          }
        } catch (RuntimeException | Error e) {
          problem.set(e);
        }
      });
      Logs.append(wal.stream("s"), 45, end);
      following.join(40_000);
      if (problem.get() != null) {
        throw new AssertionError("the tail failed", problem.get());
      }
    }
  }

  @Test
  void closingTheReaderEndsAWait() throws Exception {
    fill();
    var reader = reader();
    var tail = reader.stream("s").tail(45);
    var waiting = new CompletableFuture<@Nullable Throwable>();
    Thread.ofPlatform().name("waiting").start(() -> {
      try {
        tail.next(Duration.ofSeconds(30));
        waiting.complete(null);
      } catch (RuntimeException e) {
        waiting.complete(e);
      }
    });
    Thread.sleep(30);
    reader.close();
    assertTrue(waiting.get(20, TimeUnit.SECONDS) instanceof WalClosedException, () -> "" + waiting.join());
    reader.close();
    assertThrows(WalClosedException.class, reader::streamNames);
  }

  @Test
  void aReaderFollowsTruncationFromTheFront() throws IOException {
    fill();
    try (var wal = open(); var reader = reader()) {
      var stream = reader.stream("s");
      assertEquals(45, stream.nextId());
      wal.stream("s").truncateBefore(30);
      Logs.await("the reader knows", () -> stream.firstId() == 30);
      assertTrue(stream.get(29).isEmpty());
      assertEquals(Logs.names(30, 45), Logs.read(stream, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReaderFollowsTruncationFromTheBack(ReadStrategy strategy) throws IOException {
    fill();
    try (var wal = open(); var reader = reader(strategy)) {
      var stream = reader.stream("s");
      try (var cursor = stream.read(30); var below = stream.read(0)) {
        assertTrue(cursor.next());
        assertTrue(below.next());
        wal.stream("s").truncateFrom(15);
        wal.stream("s").appendBatch(List.of(bytes("new15"), bytes("new16")));
        Logs.await("the reader knows", () -> stream.nextId() == 17);
        assertEquals("new15", text(stream.get(15).orElseThrow()));
        assertTrue(stream.get(17).isEmpty());
        assertThrows(CursorInvalidatedException.class, cursor::next);
        assertEquals(16, Logs.drain(below).size());
      }
    }
  }

  @Test
  void aReaderOfAStreamThatIsDeletedAndCreatedAnewIsNeverGivenAMixture() throws IOException {
    fill();
    try (var wal = open(); var reader = reader()) {
      var stale = reader.stream("s");
      assertEquals("r3", text(stale.get(3).orElseThrow()));
      wal.deleteStream("s");
      wal.stream("s").append(bytes("new"));
      assertEquals(List.of("s", "t"), reader.streamNames());
      for (var i = 0; i < 3; i++) {
        assertOldOrRefused(stale);
      }
    }
  }

  private static void assertOldOrRefused(LogStream stale) {
    try {
      for (var id : List.of(0L, 20L, 44L)) {
        var found = stale.get(id);
        assertTrue(found.isPresent() && text(found.get()).equals("r" + id), "id " + id + " of a stale handle");
      }
    } catch (StreamNotFoundException e) {
      // as it should be
    }
  }

  @Test
  void aReaderOpenedBesideAnIdleWriterSeesWhatTheWriterSees() throws IOException {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      Logs.append(wal.stream("s"), 0, 10);
      var left = Logs.afterProcessDeath(watch, root());
      for (var policy : List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC)) {
        try (var writer = Wal.open(left, WalOptions.builder().syncPolicy(policy).build())) {
          assertEquals(10, writer.stream("s").nextId());
          try (var reader = Wal.openReadOnly(left, WalOptions.defaults())) {
            assertEquals(10, reader.stream("s").nextId(), () -> "under " + policy);
          }
        }
      }
    }
  }

  @Test
  void aSegmentSealedByItsWriterWhileItIsOpenedWasReadBeyondItsNewEnd() throws IOException {
    var sealedWhileOpened = 0;
    for (var nth = 1; nth <= 12; nth++) {
      var name = "s" + nth;
      var writer = open(WalOptions.builder());
      Logs.append(writer.stream(name), 0, 45);
      var watch = new Watch();
      try (var reader = Wal.openReadOnly(WatchedDirectory.over(root(), watch), WalOptions.defaults())) {
        var countdown = new AtomicInteger(nth);
        watch.hook((op, path) -> {
          if (op == Watch.Op.READ && path.endsWith(".seg") && countdown.decrementAndGet() == 0) {
            writer.close(); // which seals the segment and shrinks it
          }
        });
        var stream = reader.stream(name);
        assertEquals(45, stream.nextId());
        assertEquals(Logs.names(0, 45), Logs.read(stream, 0));
        sealedWhileOpened += countdown.get() <= 0 ? 1 : 0;
      } finally {
        writer.close();
      }
    }
    assertTrue(sealedWhileOpened > 3, "too few reads to mean anything");
  }
}
