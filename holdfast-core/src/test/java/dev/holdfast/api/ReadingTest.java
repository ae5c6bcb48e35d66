package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogRecord;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import java.io.IOException;
import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading by id (A8) and in order (A9), by both strategies (A10). */
class ReadingTest extends BackendTest {

  /** Opens the log with a stream "s" of 500 records in many segments, batches among them. */
  private Wal filled(ReadStrategy strategy) throws IOException {
    try (var wal = open(smallSegments().maxRecordsPerSegment(60).syncPolicy(SyncPolicy.ASYNC))) {
      for (var i = 0; i < 500; i += 10) {
        Logs.append(wal.stream("s"), i, i + 3);
        wal.stream("s").appendBatch(Logs.batch(i + 3, i + 10));
      }
    }
    return open(smallSegments().readStrategy(strategy));
  }

  // ---- A8

  @ParameterizedTest
  @EnumSource
  void everyRecordIsFoundByItsId(ReadStrategy strategy) throws IOException {
    try (var wal = filled(strategy)) {
      var stream = wal.stream("s");
      Logs.append(stream, 500, 520);
      for (var id = 519; id >= 0; id--) {
        assertEquals("r" + id, text(stream.get(id).orElseThrow()));
      }
    }
  }

  @Test
  void anIdNeverWrittenIsEmpty() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      assertEquals(Optional.empty(), stream.get(0), "also of a stream that does not exist yet");
      stream.append(bytes("r0"));
      assertEquals(Optional.empty(), stream.get(1));
      assertEquals(Optional.empty(), stream.get(Long.MAX_VALUE));
      assertFalse(stream.get(1, (_, _) -> {
        throw new AssertionError("called without a record");
      }));
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyRecordsComeInTheOrderAskedWithRepeatsAndGaps(ReadStrategy strategy) throws IOException {
    try (var wal = filled(strategy)) {
      var stream = wal.stream("s");
      long[] ids = {499, 3, 700, 0, 250, 3, 4, 700};
      var found = stream.getAll(ids).stream().map(record -> record.map(Logs::text).orElse("-")).toList();
      assertEquals(List.of("r499", "r3", "-", "r0", "r250", "r3", "r4", "-"), found);
      assertEquals(List.of(), stream.getAll());
      var visited = new ArrayList<String>();
      var n = stream.getAll(ids, (id, payload) -> visited.add(id + "=" + text(payload)));
      assertEquals(6, n);
      assertEquals(List.of("499=r499", "3=r3", "0=r0", "250=r250", "3=r3", "4=r4"), visited);
    }
  }

  @Test
  void manyRecordsAreReadSegmentBySegment() throws IOException {
    try (var wal = filled(ReadStrategy.STANDARD_IO)) {
      var stream = wal.stream("s");
      stream.segments(); // headers and indexes have been read once
      var ids = new Random(7).longs(60, 0, 500).toArray();
      try (var few = Wal.open(WatchedDirectory.over(Logs.afterProcessDeath(watch, root()), watch),
          smallSegments().maxOpenSegments(4).readStrategy(ReadStrategy.STANDARD_IO).build())) {
        var other = few.stream("s");
        watch.clear();
        other.getAll(ids);
        var opens = watch.count((op, path) -> op == Watch.Op.OPEN && path.endsWith(".seg"));
        // each segment once, and once more for what its start frame says of the one before it
        assertTrue(opens <= 2 * other.segments().size() && opens < ids.length, () -> opens + " files opened");
      }
    }
  }

  @Test
  void aVisitorGetsAReadOnlyView() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.appendBatch(List.of(bytes("abc"), bytes("defg")));
      var seen = new ArrayList<String>();
      assertTrue(stream.get(1, (id, payload) -> {
        assertThrows(ReadOnlyBufferException.class, () -> payload.put(payload.position(), (byte) 1));
        assertEquals(4, payload.remaining());
        seen.add(id + text(payload));
      }));
      assertEquals(List.of("1defg"), seen);
    }
  }

  @Test
  void aVisitorMayReadOtherRecords() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("1"));
      stream.append(bytes("end"));
      var seen = new ArrayList<String>();
      stream.get(0, (_, payload) -> {
        var other = stream.get(1).orElseThrow();
        seen.add(text(payload) + text(other));
      });
      assertEquals(List.of("1end"), seen);
    }
  }

  @Test
  void changingWhatGetReturnsChangesNothing() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      stream.append(bytes("abc"));
      stream.get(0).orElseThrow()[0] = 'x';
      assertEquals("abc", text(stream.get(0).orElseThrow()));
    }
  }

  // ---- A9

  @ParameterizedTest
  @EnumSource
  void iterationBeginsAtAnyIdAndCrossesSegments(ReadStrategy strategy) throws IOException {
    try (var wal = filled(strategy)) {
      var stream = wal.stream("s");
      assertTrue(stream.segments().size() > 3);
      for (var from = 0; from <= 500; from += 7) {
        assertEquals(Logs.names(from, 500), Logs.read(stream, from), "from " + from);
      }
      assertEquals(List.of(), Logs.read(stream, 500));
    }
  }

  @ParameterizedTest
  @EnumSource
  void iterationGoesOnIntoWhatIsAppendedAfterOpening(ReadStrategy strategy) throws IOException {
    try (var wal = filled(strategy)) {
      var stream = wal.stream("s");
      try (var cursor = stream.read(490)) {
        assertEquals(10, Logs.drain(cursor).size());
        assertFalse(cursor.next());
        Logs.append(stream, 500, 700);
        assertEquals(Logs.names(500, 700), Logs.drain(cursor));
        assertEquals(700, cursor.nextId());
      }
    }
  }

  @Test
  void aCursorFromBeyondTheEndDeliversOnceTheStreamIsThere() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      try (var cursor = stream.read(3); var first = stream.read(0)) {
        assertFalse(cursor.next());
        assertFalse(first.next());
        Logs.append(stream, 0, 3);
        assertFalse(cursor.next());
        Logs.append(stream, 3, 5);
        assertEquals(List.of("r3", "r4"), Logs.drain(cursor));
        assertEquals(Logs.names(0, 5), Logs.drain(first));
      }
    }
  }

  @Test
  void aCursorDescribesItsRecord() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      var before = Instant.now().minusSeconds(5); // the clock of a busy machine may tick late
      stream.append(bytes("abc"));
      try (var cursor = stream.read(0)) {
        assertThrows(IllegalStateException.class, cursor::id);
        assertThrows(IllegalStateException.class, cursor::payload);
        assertThrows(IllegalStateException.class, cursor::copyPayload);
        assertThrows(IllegalStateException.class, cursor::length);
        assertThrows(IllegalStateException.class, cursor::time);
        assertEquals(0, cursor.nextId());
        assertTrue(cursor.next());
        assertEquals(0, cursor.id());
        assertEquals(3, cursor.length());
        assertTrue(cursor.payload().isReadOnly());
        assertEquals("abc", text(cursor.payload()));
        assertEquals("abc", text(cursor.payload()), "asking twice is allowed");
        assertTrue(cursor.time().isAfter(before) && !cursor.time().isAfter(Instant.now()), () -> "" + cursor.time());
        assertEquals(1, cursor.nextId());
        assertFalse(cursor.next());
        assertEquals(0, cursor.id(), "where there is no next record, it stays");
      }
    }
  }

  @Test
  void recordsAsAStreamEndAtTheEndThereWas() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      Logs.append(stream, 0, 10);
      try (var records = stream.records(4)) {
        Logs.append(stream, 10, 20);
        assertEquals(Logs.names(4, 10), records.map(LogRecord::payload).map(Logs::text).toList());
      }
      try (var records = stream.records(18)) {
        var list = records.toList();
        assertEquals(List.of(18L, 19L), list.stream().map(LogRecord::id).toList());
        assertEquals(new LogRecord(18, list.getFirst().time(), bytes("r18")), list.getFirst());
      }
      try (var records = stream.records(50)) {
        assertEquals(0, records.count());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void readersKeepUpWithAWriterAndSeeEveryRecordOnce(ReadStrategy strategy) throws Exception {
    try (var wal = open(smallSegments().syncPolicy(SyncPolicy.ASYNC).readStrategy(strategy).maxSegmentSize(16_384))) {
      var stream = wal.stream("s");
      var problem = new AtomicReference<@Nullable Throwable>();
      var readers = new ArrayList<Thread>();
      var end = 3 * times(2000);
      for (var r = 0; r < 2; r++) {
        readers.add(Thread.ofPlatform().name("cursor-" + r).start(() -> noting(problem, () -> follow(stream, end))));
      }
      var done = new AtomicBoolean();
      readers.add(Thread.ofPlatform().name("getter").start(() -> noting(problem, () -> getAtTheEnd(stream, done))));
      for (var i = 0; i < end; i += 3) {
        Logs.append(stream, i, i + 1);
        stream.appendBatch(Logs.batch(i + 1, i + 3));
      }
      done.set(true);
      for (var reader : readers) {
        reader.join(30_000);
        assertFalse(reader.isAlive(), "a reader does not come to the end");
      }
      if (problem.get() != null) {
        throw new AssertionError("a reader failed", problem.get());
      }
    }
  }

  private static void noting(AtomicReference<@Nullable Throwable> problem, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      problem.compareAndSet(null, e);
    }
  }

  private static void follow(LogStream stream, int end) {
    try (var cursor = stream.read(0)) {
      for (var expected = 0; expected < end;) {
        if (cursor.next()) {
          assertEquals(expected, cursor.id());
          assertEquals("r" + expected, text(cursor.payload()));
          expected++;
        } else {
          LockSupport.parkNanos(20_000);
        }
      }
    }
  }

  private static void getAtTheEnd(LogStream stream, AtomicBoolean done) {
    while (!done.get()) {
      var end = stream.nextId();
      if (end > 0) {
        assertEquals("r" + (end - 1), text(stream.get(end - 1).orElseThrow()), "below nextId everything can be read");
      }
      LockSupport.parkNanos(20_000);
    }
  }

  @Test
  void bothStrategiesReadTheSame() throws IOException {
    try (var wal = filled(ReadStrategy.MMAP)) {
      assertEquals(Logs.names(0, 500), Logs.read(wal.stream("s"), 0));
    }
    try (var wal = filled(ReadStrategy.STANDARD_IO)) {
      assertNotNull(wal.stream("s").get(999).orElseThrow());
      assertEquals(1000, wal.stream("s").nextId());
    }
  }
}
