package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static dev.holdfast.api.Logs.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.RecordCursor;
import dev.holdfast.StreamFailedException;
import dev.holdfast.StreamNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cursor validates many frames at once: what happens between that and their delivery is noticed all the same. */
class CursorRunTest extends BackendTest {
  private static final int RECORDS = 50;

  private Wal openLog() throws IOException {
    var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC));
    Logs.append(wal.stream("s"), 0, 20);
    wal.stream("s").sync();
    Logs.append(wal.stream("s"), 20, RECORDS);
    return wal;
  }

  /** Returns a cursor that has delivered the first ten records. */
  private static RecordCursor inTheMiddle(Wal wal) {
    var cursor = wal.stream("s").read(0);
    step(cursor, 0, 10);
    return cursor;
  }

  private static void step(RecordCursor cursor, long from, long to) {
    for (var id = from; id < to; id++) {
      assertTrue(cursor.next(), "record " + id);
      assertEquals(id, cursor.id());
    }
  }

  /** Once it was enough to ask again: the second call delivered what had been validated before. */
  private static void assertEnds(Class<? extends Exception> how, RecordCursor cursor) {
    for (var i = 0; i < 3; i++) {
      assertThrows(how, cursor::next);
    }
    assertThrows(how, () -> cursor.next(Duration.ofMillis(1)));
    assertEquals(9, cursor.id() % 10, "the last one before something happened");
  }

  @Test
  void aTruncationBehindTheCursorInvalidatesIt() throws IOException {
    try (var wal = openLog(); var cursor = inTheMiddle(wal)) {
      wal.stream("s").truncateFrom(5);
      assertEnds(CursorInvalidatedException.class, cursor);
    }
  }

  @Test
  void aTruncationBeforeTheCursorIsWhereItEnds() throws IOException {
    try (var wal = openLog(); var cursor = inTheMiddle(wal)) {
      wal.stream("s").truncateFrom(15);
      step(cursor, 10, 15);
      assertFalse(cursor.next());
      wal.stream("s").append(bytes("another"));
      wal.stream("s").sync();
      step(cursor, 15, 16);
      assertEquals("another", text(cursor.copyPayload()));
    }
  }

  @Test
  void recordsOfANewHistoryAreDeliveredInsteadOfThoseThatWereValidated() throws IOException {
    try (var wal = openLog(); var cursor = inTheMiddle(wal)) {
      wal.stream("s").truncateFrom(12);
      for (var id = 12; id < RECORDS; id++) {
        wal.stream("s").append(bytes("new " + id));
      }
      wal.stream("s").sync();
      step(cursor, 10, 12);
      for (var id = 12; id < RECORDS; id++) {
        assertTrue(cursor.next());
        assertEquals("new " + id, text(cursor.copyPayload()));
      }
      assertFalse(cursor.next());
    }
  }

  @Test
  void afterAFailureItEndsWhereRecordsAreDurable() throws IOException {
    var wal = openLog();
    var cursor = inTheMiddle(wal);
    watch.hook((op, _) -> {
      if (op == Watch.Op.FORCE) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, () -> wal.stream("s").sync());
    step(cursor, 10, 20);
    assertEnds(StreamFailedException.class, cursor);
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void afterAFailureTheRestOfABatchThatIsNotDurableIsNotDelivered() throws IOException {
    var wal = openLog();
    wal.stream("s").sync();
    wal.stream("s").appendBatch(List.of(bytes("a"), bytes("b"), bytes("c")));
    var cursor = wal.stream("s").read(RECORDS - 1);
    step(cursor, RECORDS - 1, RECORDS + 1);
    watch.hook((op, _) -> {
      if (op == Watch.Op.FORCE) {
        throw new IOException("planted");
      }
    });
    assertThrows(StreamFailedException.class, () -> wal.stream("s").sync());
    assertThrows(StreamFailedException.class, cursor::next);
    assertThrows(StreamFailedException.class, cursor::next);
    assertThrows(StreamFailedException.class, wal::close);
  }

  @Test
  void closingEndsIt() throws IOException {
    try (var wal = openLog()) {
      var cursor = inTheMiddle(wal);
      cursor.close();
      assertEnds(WalClosedException.class, cursor);
    }
  }

  @Test
  void closingTheLogEndsIt() throws IOException {
    var wal = openLog();
    var cursor = inTheMiddle(wal);
    wal.close();
    assertEnds(WalClosedException.class, cursor);
  }

  @Test
  void deletingTheStreamEndsIt() throws IOException {
    try (var wal = openLog(); var cursor = inTheMiddle(wal)) {
      wal.deleteStream("s");
      assertEnds(StreamNotFoundException.class, cursor);
    }
  }

  @Test
  void timesAreThoseOfEachRecord() throws IOException {
    try (var wal = openLog(); var cursor = inTheMiddle(wal)) {
      var before = cursor.time();
      while (cursor.next()) {
        assertFalse(cursor.time().isBefore(before));
        before = cursor.time();
      }
      assertEquals(RECORDS, cursor.nextId());
      assertEquals(before, cursor.time(), "the end changes nothing of the last record");
    }
  }
}
