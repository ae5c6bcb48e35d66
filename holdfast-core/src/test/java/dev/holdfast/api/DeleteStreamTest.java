package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.StreamNotFoundException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Deleting streams, stale handles, and names used again. */
class DeleteStreamTest extends BackendTest {

  @Test
  void aDeletedStreamIsGoneForGood() throws IOException {
    try (var wal = open()) {
      Logs.append(wal.stream("s"), 0, 10);
      wal.stream("t").append(bytes("kept"));
      assertTrue(wal.deleteStream("s"));
      assertFalse(wal.hasStream("s"));
      assertEquals(List.of("t"), wal.streamNames());
      assertFalse(wal.deleteStream("s"), "there is none any more");
      assertFalse(wal.deleteStream("never"));
    }
    assertEquals(List.of("t"), root().subdirectory("streams").list());
    try (var wal = open()) {
      assertEquals(List.of("t"), wal.streamNames());
      assertEquals(0, wal.stream("s").nextId());
    }
  }

  @Test
  void aStreamThatWasNotOpenedIsDeletedToo() throws IOException {
    try (var wal = open()) {
      Logs.append(wal.stream("s"), 0, 10);
    }
    try (var wal = open()) {
      assertTrue(wal.deleteStream("s"));
      assertEquals(List.of(), wal.streamNames());
    }
  }

  @Test
  void aStreamThatWasOnlyAskedForDidNotExist() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream("s");
      assertFalse(wal.deleteStream("s"));
      assertThrows(StreamNotFoundException.class, () -> stream.append(bytes("x")));
      assertEquals(0, wal.stream("s").append(bytes("x")));
    }
  }

  @Test
  void staleHandlesThrow() throws IOException {
    try (var wal = open()) {
      var stale = wal.stream("s");
      Logs.append(stale, 0, 10);
      var cursor = stale.read(0);
      cursor.next();
      var txn = stale.txn();
      txn.add(bytes("x"));
      wal.deleteStream("s");
      var refused = List.<Executable>of(() -> stale.append(bytes("x")), () -> stale.appendBatch(Logs.batch(0, 2)),
          () -> stale.appendBatch(List.of()), stale::txn, txn::commit, () -> stale.get(0), () -> stale.getAll(0, 1),
          () -> stale.read(0), () -> stale.tail(0), () -> stale.records(0), stale::sync, () -> stale.awaitDurable(0),
          stale::firstId, stale::nextId, stale::durableEnd, () -> stale.truncateBefore(0), () -> stale.truncateFrom(0),
          stale::segments, stale::stats, cursor::next);
      for (var call : refused) {
        assertThrows(StreamNotFoundException.class, call);
      }
      var e = assertThrows(CompletionException.class, () -> stale.appendAsync(bytes("x")).join());
      assertInstanceOf(StreamNotFoundException.class, e.getCause());
      assertTrue(Logs.message(e.getCause()).contains("'s'"), e.getCause().getMessage());
    }
  }

  @Test
  void aNameUsedAgainIsANewStream() throws IOException {
    try (var wal = open()) {
      var stale = wal.stream("s");
      assertSame(stale, wal.stream("s"));
      Logs.append(stale, 0, 10);
      wal.deleteStream("s");
      var fresh = wal.stream("s");
      assertNotSame(stale, fresh);
      assertEquals(0, fresh.append(bytes("new")));
      assertThrows(StreamNotFoundException.class, () -> stale.get(0));
      assertEquals(List.of("new"), Logs.read(fresh, 0));
    }
    try (var wal = open()) {
      assertEquals(List.of("new"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void nothingOfTheFormerStreamReachesIntoTheNewOneLater() throws Exception {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      var stale = wal.stream("s");
      for (var i = 0; i < 20; i++) {
        Logs.append(stale, 10L * i, 10L * i + 10);
        stale.sync();
      }
      stale.append(bytes("not synced"));
      wal.deleteStream("s");
      wal.stream("s").append(bytes("new"));
      wal.stream("s").sync();
      Thread.sleep(150); // whatever the former one had put off
      try (var again = Wal.open(Logs.afterProcessDeath(watch, root()), WalOptions.defaults())) {
        assertEquals(List.of("new"), Logs.read(again.stream("s"), 0));
      }
    }
    try (var wal = open()) {
      assertEquals(List.of("new"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void deletingBesideAppendersLosesNoneOfTheOthersAndEachIsToldTheTruth() throws Exception {
    try (var wal = open(WalOptions.builder().syncPolicy(SyncPolicy.ASYNC))) {
      var rounds = times(100);
      var deleter = Thread.ofPlatform().name("deleter").start(() -> {
        for (var i = 0; i < rounds; i++) {
          wal.deleteStream("s");
          Thread.onSpinWait();
        }
      });
      while (deleter.isAlive()) {
        try {
          wal.stream("s").append(bytes("x"));
        } catch (StreamNotFoundException e) {
          // deleted between the two calls
        }
      }
      deleter.join();
      wal.deleteStream("s");
      assertEquals(0, wal.stream("s").append(bytes("last")));
      assertEquals(List.of("last"), Logs.read(wal.stream("s"), 0));
    }
  }

  @Test
  void whatADeletionLeftIsRemovedAtTheNextOpenAndNeverShown() throws IOException {
    try (var wal = open()) {
      Logs.append(wal.stream("s"), 0, 10);
    }
    root().subdirectory("streams").rename("s", "~deleted-0-s");
    root().subdirectory("streams").createSubdirectory("~new-t");
    try (var wal = Wal.openReadOnly(root(), WalOptions.defaults())) {
      assertEquals(List.of(), wal.streamNames());
    }
    assertEquals(2, root().subdirectory("streams").list().size(), "reading removes nothing");
    try (var wal = open()) {
      assertEquals(List.of(), wal.streamNames());
    }
    assertEquals(List.of(), root().subdirectory("streams").list());
  }
}
