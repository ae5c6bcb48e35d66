package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.process.KillEvent.Kind;
import dev.holdfast.process.KillHistory.Content;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Read-only opens beside a writer of another process. */
@Timeout(120)
class BesideAWriterTest {
  private static final int EVENTS = 6_000;

  @TempDir
  Path temporary;

  private final Map<Long, KillRecord> seen = new ConcurrentHashMap<>();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong opens = new AtomicLong();
  private final AtomicLong invalidated = new AtomicLong();
  private volatile boolean stop;

  /** The writer rotates, truncates at both ends, and is killed in the end. */
  @ParameterizedTest
  @CsvSource({"STRICT, 4096", "ASYNC, 16384"})
  void readersSeeOnlyWhatStaysAndNeverCorruption(String policy, int segmentSize) throws Exception { // 20, 22, 24
    var seed = System.nanoTime();
    System.out.println("BesideAWriterTest: seed " + seed);
    var log = temporary.resolve("log");
    var writer = ChildJvm.start(KillWriter.class, log.toString(), Long.toString(seed), "0", policy,
        Integer.toString(segmentSize));
    var events = new ArrayList<KillEvent>();
    try {
      writer.getOutputStream().write('o');
      writer.getOutputStream().flush();
      var in = writer.getInputStream();
      while (events.stream().noneMatch(event -> event.kind() == Kind.APPENDED)) {
        events.add(KillEvent.read(in).orElseThrow());
      }
      var readers = List.of(start("tail", () -> tail(log)), start("get", () -> get(log, seed)),
          start("open", () -> openAgain(log)));
      var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
      while (events.size() < EVENTS && System.nanoTime() < deadline) {
        events.add(KillEvent.read(in).orElseThrow());
      }
      ChildJvm.kill(writer);
      for (var event = KillEvent.read(in); event.isPresent(); event = KillEvent.read(in)) {
        events.add(event.get());
      }
      Thread.sleep(100);
      stop = true;
      for (var reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }
    } finally {
      stop = true;
      ChildJvm.kill(writer);
    }
    System.out.println("BesideAWriterTest: " + policy + ", " + events.size() + " events, " + reads + " records read, "
        + opens + " opens, " + invalidated + " cursors invalidated");
    check(log, events);
  }

  private static FutureTask<Void> start(String name, Callable<Void> work) {
    var task = new FutureTask<>(work);
    Thread.ofPlatform().name(name).daemon().start(task);
    return task;
  }

  private void saw(long id, byte[] bytes) {
    seen.put(id, KillRecord.of(bytes));
    reads.incrementAndGet();
  }

  private Void tail(Path log) {
    try (var wal = Wal.openReadOnly(log, WalOptions.defaults())) {
      var stream = wal.stream(KillWriter.STREAM);
      while (!stop) {
        try (var cursor = stream.tail(stream.firstId())) {
          var next = -1L;
          while (!stop) {
            if (cursor.next(Duration.ofMillis(100))) {
              var id = cursor.id();
              var expected = next < 0 ? id : next;
              assertEquals(expected, id, "records were skipped without a word");
              saw(id, cursor.copyPayload());
              next = id + 1;
            }
          }
        } catch (CursorInvalidatedException e) {
          invalidated.incrementAndGet();
        }
      }
    }
    return null;
  }

  private Void get(Path log, long seed) {
    var random = new SplittableRandom(seed);
    try (var wal = Wal.openReadOnly(log, WalOptions.defaults())) {
      var stream = wal.stream(KillWriter.STREAM);
      while (!stop) {
        var first = stream.firstId();
        var id = first + random.nextLong(Math.max(1, stream.nextId() - first));
        stream.get(id).ifPresent(bytes -> saw(id, bytes));
      }
    }
    return null;
  }

  private Void openAgain(Path log) {
    while (!stop) {
      try (var wal = Wal.openReadOnly(log, WalOptions.defaults())) {
        var stream = wal.stream(KillWriter.STREAM);
        assertNotEquals(Outcome.CORRUPT, stream.recovery().outcome(), () -> stream.recovery().toString());
        opens.incrementAndGet();
        try (var cursor = stream.read(0)) {
          while (cursor.next()) {
            saw(cursor.id(), cursor.copyPayload());
          }
        } catch (CursorInvalidatedException e) {
          invalidated.incrementAndGet();
        }
      }
    }
    return null;
  }

  private void check(Path log, List<KillEvent> events) {
    Content content;
    try (var wal = Wal.openReadOnly(log, WalOptions.defaults())) {
      content = contentOf(wal.stream(KillWriter.STREAM));
    }
    new KillHistory(Content.NONE, events).check(content);
    var lowestCut = events.stream().filter(event -> event.kind() == Kind.TRUNCATING_FROM).mapToLong(KillEvent::first)
        .min().orElse(Long.MAX_VALUE);
    var cuts = events.stream().filter(event -> event.kind() == Kind.TRUNCATING_FROM).map(KillEvent::first).toList();
    seen.forEach((id, record) -> {
      var cut = id >= lowestCut && cuts.stream().anyMatch(at -> at <= id);
      assertTrue(cut || id < content.firstId() || record.equals(content.records().get(id)),
          () -> record + " was seen with id " + id + ", and is gone after a kill");
      assertTrue(events.stream().anyMatch(event -> event.kind() == Kind.APPENDING && event.writer() == record.writer()
          && event.operation() == record.operation()), () -> record + " was never appended");
    });
    assertTrue(reads.get() > 100 && opens.get() > 1, "too little was read to mean anything");
  }

  private static Content contentOf(LogStream stream) {
    var records = new TreeMap<Long, KillRecord>();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        records.put(cursor.id(), KillRecord.of(cursor.copyPayload()));
      }
    }
    return new Content(stream.firstId(), stream.nextId(), records);
  }

  // ---- when something is seen

  @Test
  void underAsyncWhatWasAppendedIsSeenWithinASecond() throws Exception {
    try (var writer = LogProgram.start(temporary)) {
      assertEquals("opened", writer.ask("open ASYNC 1000000 0"));
      writer.ask("append s first 1");
      try (var wal = Wal.openReadOnly(temporary, WalOptions.defaults());
          var cursor = wal.stream("s").tail(0)) {
        assertTrue(cursor.next(Duration.ofSeconds(10)));
        for (var i = 1; i < 8; i++) {
          writer.ask("append s more 1");
          var begun = System.nanoTime();
          assertTrue(cursor.next(Duration.ofSeconds(10)), "never seen");
          var millis = (System.nanoTime() - begun) / 1_000_000;
          assertTrue(millis < 1_500, () -> "seen after " + millis + " ms");
          assertEquals(i, cursor.id());
        }
      }
    }
  }

  @Test
  void underStrictNothingIsSeenBeforeItIsDurable() throws Exception {
    Strace.assumeAvailable(temporary);
    var log = temporary.resolve("log");
    try (var writer = LogProgram.start(log)) {
      assertEquals("opened", writer.ask("open STRICT 1000000 0"));
      writer.ask("append s first 2");
      try (var wal = Wal.openReadOnly(log, WalOptions.defaults()); var cursor = wal.stream("s").tail(2)) {
        try (var _ = Strace.inject(writer.process(), temporary, "fdatasync:delay_enter=1500000")) {
          writer.tell("append s slow 1");
          assertFalse(cursor.next(Duration.ofSeconds(1)), "seen before its sync was over");
          assertEquals(2, wal.stream("s").nextId());
          assertEquals("[2]", writer.answer());
        }
        assertTrue(cursor.next(Duration.ofSeconds(10)));
        assertEquals("slow-0", new String(cursor.copyPayload(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aStoppedWriterCanBeReadBeside() throws Exception {
    try (var writer = LogProgram.start(temporary)) {
      assertEquals("opened", writer.ask("open STRICT 1000000 3"));
      writer.ask("append s record 7");
      ChildJvm.signal(writer.process(), "STOP");
      var before = Snapshot.of(temporary);
      try (var wal = Wal.openReadOnly(temporary, WalOptions.defaults())) {
        assertEquals(7, wal.stream("s").records(0).count());
      }
      Snapshot.assertSame(before, temporary);
    }
  }

  @Test
  void aCursorGoesOnWhenTheWriterIsReplacedByAnother() throws Exception {
    try (var writer = LogProgram.start(temporary); var next = LogProgram.start(temporary)) {
      assertEquals("opened", writer.ask("open STRICT 1000000 3"));
      writer.ask("append s record 7");
      try (var wal = Wal.openReadOnly(temporary, WalOptions.defaults()); var cursor = wal.stream("s").tail(0)) {
        for (var i = 0; i < 7; i++) {
          assertTrue(cursor.next(Duration.ofSeconds(10)));
        }
        ChildJvm.kill(writer.process());
        assertFalse(cursor.next());
        assertEquals("opened", next.ask("open STRICT 1000000 3"));
        assertEquals("[7, 8, 9, 10, 11]", next.ask("append s other 5"));
        for (var i = 7; i < 12; i++) {
          assertTrue(cursor.next(Duration.ofSeconds(10)));
          assertEquals(i, cursor.id());
        }
        assertEquals("IdRange[start=5, end=12]", next.ask("truncateFrom s 5"));
        assertEquals("[5, 6]", next.ask("append s third 2"));
        try (var again = wal.stream("s").tail(4)) {
          assertTrue(again.next(Duration.ofSeconds(10)));
          assertTrue(again.next(Duration.ofSeconds(10)));
          assertEquals("third-0", new String(again.copyPayload(), StandardCharsets.UTF_8));
        }
        assertEquals("closed", next.ask("close"));
        assertEquals(7, wal.stream("s").nextId());
      }
    }
  }
}
