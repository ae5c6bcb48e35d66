package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.WalLockedException;
import dev.holdfast.WalOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One writer, across processes. */
@Timeout(120)
class LogLockTest {
  @TempDir
  Path log;

  private void assertRefused(LogProgram holder) {
    var refused = assertThrows(WalLockedException.class, () -> Wal.open(log));
    var message = Objects.requireNonNull(refused.getMessage());
    assertTrue(message.contains("pid=" + holder.process().pid()), message);
  }

  @Test
  void aSecondProcessIsRefusedAndToldWhoHoldsTheLog() throws Exception { // KNOWN-FAILURES 22
    try (var holder = LogProgram.start(log); var other = LogProgram.start(log)) {
      assertEquals("opened", holder.ask("open STRICT 1000000 0"));
      assertEquals("[0]", holder.ask("append s mine 1"));
      assertRefused(holder);
      var answer = other.ask("open STRICT 1000000 0");
      assertTrue(answer.startsWith("WalLockedException") && answer.contains("pid=" + holder.process().pid()), answer);
      assertEquals("[1]", holder.ask("append s mine 1"));
      assertEquals("closed", holder.ask("close"));
      assertEquals("opened", other.ask("open STRICT 1000000 0"));
      assertRefused(other);
    }
  }

  @Test
  void aKillFreesTheLogAtOnce() throws Exception { // KNOWN-FAILURES 16
    for (var i = 0; i < 3; i++) {
      try (var holder = LogProgram.start(log)) {
        assertEquals("opened", holder.ask("open STRICT 1000000 0"));
        holder.ask("append s record 1");
        assertRefused(holder);
        ChildJvm.kill(holder.process());
        try (var wal = Wal.open(log)) {
          assertEquals(i + 1, wal.stream("s").nextId());
        }
      }
    }
  }

  @Test
  void aStoppedHolderKeepsTheLog() throws Exception {
    try (var holder = LogProgram.start(log)) {
      assertEquals("opened", holder.ask("open STRICT 1000000 0"));
      holder.ask("append s record 1");
      ChildJvm.signal(holder.process(), "STOP");
      Thread.sleep(200);
      assertRefused(holder);
      ChildJvm.signal(holder.process(), "CONT");
      assertEquals("[1]", holder.ask("append s record 1"));
    }
  }

  /** Stopped at any moment of an append, also while it holds what a writer holds. */
  @Test
  void aHolderStoppedWhileItAppendsGoesOnAndLosesNothing() throws Exception {
    try (var holder = LogProgram.start(log); var other = LogProgram.start(log); var reader = LogProgram.start(log)) {
      assertEquals("opened", holder.ask("open STRICT 4096 7"));
      holder.ask("append s record 50");
      for (var round = 1; round <= 10; round++) {
        holder.tell("append s record 50");
        Thread.sleep(3L * round);
        ChildJvm.signal(holder.process(), "STOP");
        var answer = other.ask("open STRICT 4096 7");
        assertTrue(answer.startsWith("WalLockedException") && answer.contains("pid=" + holder.process().pid()), answer);
        assertEquals("opened", reader.ask("openReadOnly"));
        var seen = reader.ask("read s 0");
        assertTrue(!seen.contains("Exception") && seen.split("record-", -1).length - 1 >= 50 * round, seen);
        reader.ask("close");
        ChildJvm.signal(holder.process(), "CONT");
        assertEquals(LongStream.range(50L * round, 50L * round + 50).boxed().toList().toString(), holder.answer());
      }
      assertEquals("closed", holder.ask("close"));
      assertEquals("opened", other.ask("open STRICT 4096 7"));
      assertEquals("0 550 550", other.ask("ends s"));
    }
  }

  @Test
  void theLockOutlivesWhatElseItsProcessDoesWithTheLog() throws Exception { // KNOWN-FAILURES 31
    try (var wal = Wal.open(log); var other = LogProgram.start(log)) {
      wal.stream("s").append(new byte[1]);
      assertThrows(WalLockedException.class, () -> Wal.open(log));
      try (var reading = Wal.openReadOnly(log, WalOptions.defaults())) {
        assertEquals(1, reading.stream("s").nextId());
      }
      assertThrows(WalLockedException.class, () -> Wal.open(log));
      System.gc();
      var answer = other.ask("open STRICT 1000000 0");
      assertTrue(answer.startsWith("WalLockedException") && answer.contains("pid=" + ProcessHandle.current().pid()),
          answer);
      assertEquals(1, wal.stream("s").append(new byte[1]));
    }
  }

  @Test
  void aReaderOfAnotherProcessKeepsNoWriterOut() throws Exception {
    Wal.open(log).close();
    try (var reader = LogProgram.start(log); var writer = LogProgram.start(log)) {
      assertEquals("opened", reader.ask("openReadOnly"));
      assertEquals("opened", writer.ask("open STRICT 1000000 0"));
      assertEquals("[0]", writer.ask("append s record 1"));
      assertEquals("[record-0]", reader.ask("read s 0"));
      assertTrue(reader.ask("append s record 1").startsWith("UnsupportedOperationException"));
    }
  }
}
