package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.every;
import static dev.holdfast.snapshot.SnapshotPolicy.everyBytes;
import static dev.holdfast.snapshot.SnapshotPolicy.everyRecords;
import static dev.holdfast.snapshot.SnapshotPolicy.onDemand;
import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codecs;
import dev.holdfast.EntryCodecException;
import dev.holdfast.IdRange;
import dev.holdfast.SnapshotException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** State in memory that survives. */
@Timeout(120)
class DurableStateTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private Wal wal = open();

  private Wal open() {
    return Wal.open(directory, WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build());
  }

  private void reopen() {
    wal.close();
    wal = open();
  }

  @AfterEach
  void close() {
    wal.close();
  }

  private DurableState<List<String>, String> state() {
    return Names.on(wal).snapshots(Names.SNAPSHOTS, keep(2), onDemand()).open();
  }

  private static List<String> names(DurableState<List<String>, String> state) {
    return state.read(List::copyOf);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (var i = 0; i < 20_000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(1);
    }
    assertTrue(condition.getAsBoolean(), "it has not come");
  }

  @Test
  void whatIsAppendedInAnyWayIsAppliedWhenItReturns() {
    try (var state = state()) {
      assertEquals(0, state.append("n0"));
      assertEquals(Names.range(0, 1), names(state));
      assertEquals(new IdRange(1, 4), state.appendBatch(Names.range(1, 4)));
      assertEquals(Names.range(0, 4), names(state));
      assertEquals(4, state.appendAsync("n4").join());
      assertEquals(Names.range(0, 5), names(state));
      assertEquals(5, state.end());
    }
  }

  @Test
  void itIsTheSameAfterReopening() {
    try (var state = state()) {
      Names.range(0, 12).forEach(state::append);
      var published = state.snapshot();
      assertEquals(12, published.snapshot().end());
      assertEquals(new IdRange(0, 10), published.truncated());
      Names.range(12, 14).forEach(state::append);
    }
    reopen();
    try (var state = state()) {
      assertEquals(Names.range(0, 14), names(state));
      assertEquals(2, state.recovery().replayed());
      assertEquals(12, state.recovery().snapshot().orElseThrow().end());
      Names.range(14, 16).forEach(state::append);
      assertEquals(Names.range(0, 16), names(state));
    }
  }

  @Test
  void theLogIsTruncatedBeforeTheOldestSnapshotThatIsKept() {
    try (var state = state()) {
      for (var i = 0; i < 40; i++) {
        state.append("n" + i);
        if (i % 10 == 9) {
          state.snapshot();
        }
      }
      var store = SnapshotStore.of(wal, wal.stream(Names.STREAM));
      assertEquals(List.of(30L, 40L), store.list().stream().map(SnapshotInfo::end).toList());
      assertEquals(30, wal.stream(Names.STREAM).firstId());
    }
  }

  @Test
  void aGuardHoldsTruncationBackAndAFailingOneHoldsAllOfItBack() {
    var allowed = new AtomicLong(7);
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), onDemand()).guard(id -> allowed.get())
        .guard(id -> id).open()) {
      Names.range(0, 20).forEach(state::append);
      assertEquals(new IdRange(0, 5), state.snapshot().truncated());
      allowed.set(Long.MAX_VALUE);
      assertEquals(new IdRange(5, 20 - 5), state.snapshot().truncated());
    }
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), onDemand()).guard(_ -> {
      throw new IllegalStateException("the backup does not answer");
    }).open()) {
      Names.range(20, 40).forEach(state::append);
      assertTrue(state.snapshot().truncated().isEmpty());
    }
  }

  @Test
  void snapshotsAreTakenInTheBackgroundEveryFewRecords() throws InterruptedException {
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), everyRecords(50)).open()) {
      var store = SnapshotStore.of(wal, wal.stream(Names.STREAM));
      Names.range(0, 49).forEach(state::append);
      assertEquals(List.of(), store.list());
      Names.range(49, 300).forEach(state::append);
      await(() -> !store.list().isEmpty() && wal.stream(Names.STREAM).firstId() > 0);
      assertTrue(state.snapshotFailure().isEmpty());
    }
    reopen();
    try (var state = state()) {
      assertEquals(Names.range(0, 300), names(state));
      assertTrue(state.recovery().replayed() < 300);
    }
  }

  @Test
  void snapshotsAreTakenInTheBackgroundEveryFewBytes() throws InterruptedException {
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), everyBytes(100)).open()) {
      var store = SnapshotStore.of(wal, wal.stream(Names.STREAM));
      Names.range(0, 10).forEach(state::append);
      assertEquals(List.of(), store.list());
      Names.range(10, 60).forEach(state::append);
      await(() -> !store.list().isEmpty());
    }
  }

  @Test
  void whoOpenedMoreOftenThanEveryFewBytesNeverGotASnapshot() throws InterruptedException {
    for (var i = 0; i < 10; i++) {
      try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), everyBytes(400)).open()) {
        state.append("n" + i); // takes about 40 bytes
      }
      reopen();
    }
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), everyBytes(400)).open()) {
      state.append("n10");
      await(() -> !SnapshotStore.of(wal, wal.stream(Names.STREAM)).list().isEmpty());
    }
  }

  @Test
  void snapshotsAreTakenInTheBackgroundAsTimePassesIfAnythingHasCome() throws InterruptedException {
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), every(Duration.ofMillis(5))).open()) {
      var store = SnapshotStore.of(wal, wal.stream(Names.STREAM));
      Thread.sleep(50);
      assertEquals(List.of(), store.list());
      state.append("n0");
      await(() -> !store.list().isEmpty());
      assertEquals(1, store.newest().orElseThrow().end());
    }
  }

  @Test
  void aSnapshotThatFailsInTheBackgroundIsToldAndTruncatesNothing() throws InterruptedException {
    var failing = new SnapshotCodec<List<String>>() {
      @Override
      public void write(List<String> state, OutputStream out) {
        throw new IllegalStateException("no snapshot today");
      }

      @Override
      public List<String> read(InputStream in) {
        throw new IllegalStateException("there is none");
      }
    };
    try (var state = Names.on(wal).snapshots(failing, keep(1), everyRecords(10)).open()) {
      Names.range(0, 20).forEach(state::append);
      await(() -> state.snapshotFailure().isPresent());
      state.append("n20");
      assertEquals(0, wal.stream(Names.STREAM).firstId());
      assertEquals(21, names(state).size());
      assertThrows(SnapshotException.class, state::snapshot);
    }
  }

  @Test
  void withACaptureAppendsGoOnWhileTheSnapshotIsWritten() throws InterruptedException {
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var slow = new SnapshotCodec<List<String>>() {
      @Override
      public void write(List<String> state, OutputStream out) throws IOException {
        writing.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        Names.SNAPSHOTS.write(state, out);
      }

      @Override
      public List<String> read(InputStream in) throws IOException {
        return Names.SNAPSHOTS.read(in);
      }
    };
    try (var state = Names.on(wal).snapshots(slow, keep(1), everyRecords(5)).capture(ArrayList::new).open()) {
      Names.range(0, 5).forEach(state::append);
      writing.await();
      Names.range(5, 30).forEach(state::append);
      assertEquals(Names.range(0, 30), names(state));
      goOn.countDown();
      var store = SnapshotStore.of(wal, wal.stream(Names.STREAM));
      await(() -> !store.list().isEmpty());
      assertEquals(Names.range(0, 5), store.read(store.list().getFirst(), Names.SNAPSHOTS));
    }
  }

  @Test
  void manyThreadsAppendReadAndSnapshotAndNothingIsLostOrDoubled() throws Exception {
    var threads = 8;
    var each = 300;
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(2), everyRecords(100)).open();
        var pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("appender-", 0).factory())) {
      for (var thread = 0; thread < threads; thread++) {
        var name = "t" + thread + "-";
        var _ = pool.submit(() -> {
          for (var i = 0; i < each; i++) {
            var value = name + i;
            var id = i % 3 == 0 ? state.appendAsync(value).join() : state.append(value);
            assertEquals(value, state.read(names -> names.get((int) id)));
          }
          return true;
        });
      }
      pool.shutdown();
      assertTrue(pool.awaitTermination(100, TimeUnit.SECONDS));
      assertEquals(threads * each, names(state).size());
    }
    reopen();
    try (var state = state()) {
      var found = names(state);
      assertEquals(threads * each, found.size());
      for (var thread = 0; thread < threads; thread++) {
        var name = "t" + thread + "-";
        var mine = found.stream().filter(value -> value.startsWith(name)).toList();
        assertEquals(Names.range(0, each).stream().map(n -> name + n.substring(1)).toList(), mine);
      }
    }
  }

  @Test
  void aFunctionThatFailsEndsItAndTheRecordStays() {
    var builder = Names.on(wal).apply((names, entry) -> {
      if (entry.value().equals("bad")) {
        throw new IllegalArgumentException("cannot be applied");
      }
      return Names.apply(names, entry);
    });
    try (var state = builder.open()) {
      state.append("n0");
      var error = assertThrows(SnapshotException.class, () -> state.append("bad"));
      assertTrue(String.valueOf(error.getMessage()).contains("record 1 cannot be applied"), error::toString);
      assertThrows(SnapshotException.class, () -> state.append("n1"));
      assertThrows(SnapshotException.class, () -> state.read(List::size));
    }
    assertEquals(2, wal.stream(Names.STREAM).nextId());
    var error = assertThrows(SnapshotException.class, builder::open, "it was thrown bare, without the id");
    assertTrue(String.valueOf(error.getMessage()).contains("record 1 cannot be applied"), error::toString);
  }

  @Test
  void anEntryThatCannotBeEncodedChangesNothing() {
    try (var state = state()) {
      assertThrows(EntryCodecException.class, () -> state.append("half \uD83C"));
      assertEquals(0, state.end());
      state.append("n0");
      assertEquals(Names.range(0, 1), names(state));
    }
  }

  @Test
  void whatOthersAppendToTheStreamIsAppliedInItsPlace() {
    try (var state = state()) {
      state.append("n0");
      wal.stream(Names.STREAM).append("n1".getBytes(StandardCharsets.UTF_8));
      state.append("n2");
      assertEquals(Names.range(0, 3), names(state));
    }
  }

  @Test
  void aStreamThatWasCutBehindItsBackWasAppendedToAsIfNothingHadHappened() {
    try (var state = state()) {
      Names.range(0, 3).forEach(state::append);
      wal.stream(Names.STREAM).truncateFrom(1);
      var error = assertThrows(SnapshotException.class, () -> state.append("n9"));
      assertTrue(String.valueOf(error.getMessage()).contains("has somebody truncated the stream?"), error::toString);
      assertThrows(SnapshotException.class, () -> state.append("n10"));
      assertThrows(SnapshotException.class, () -> state.read(List::size));
    }
  }

  @Test
  void aClosedOneRefusesEverything() {
    var state = state();
    state.append("n0");
    state.close();
    state.close();
    assertThrows(WalClosedException.class, () -> state.append("n1"));
    assertThrows(WalClosedException.class, () -> state.read(List::size));
    assertThrows(WalClosedException.class, state::snapshot);
    assertEquals(1, wal.stream(Names.STREAM).nextId());
  }

  @Test
  void anAppendThatWasUnderWayWhenItWasClosedIsKeptAndSaysSo() {
    try (var other = Wal.open(new MemoryDirectory(), WalOptions.defaults())) {
      var state = Names.on(other).open();
      var futures = Names.range(0, 50).stream().map(state::appendAsync).toList();
      state.close();
      for (var i = 0; i < 50; i++) {
        assertEquals(i, futures.get(i).join());
      }
      try (var again = Names.on(other).open()) {
        assertEquals(50, again.end());
      }
    }
  }

  @Test
  void appendingFromWithinAReadWouldWaitForItselfForEver() {
    try (var state = state()) {
      assertThrows(IllegalStateException.class, () -> state.read(_ -> state.append("n0")));
      assertThrows(IllegalStateException.class, () -> state.read(_ -> state.snapshot()));
      assertEquals(0, state.end());
    }
  }

  @Test
  void appendingWithoutWaitingOrClosingFromWithinAReadWaitedForItselfForEver() {
    var state = state();
    assertThrows(IllegalStateException.class, () -> state.read(_ -> state.appendAsync("n0")));
    assertThrows(IllegalStateException.class, () -> state.read(_ -> state.appendBatchAsync(List.of("n0"))));
    assertThrows(IllegalStateException.class, () -> state.read(_ -> {
      state.close();
      return 0;
    }));
    assertEquals(0, state.append("n0"), "it is still open");
    state.close();
  }

  @Test
  void whatIsMissingOrAbsurdIsSaid() {
    var typed = wal.stream("x", Codecs.utf8());
    assertThrows(IllegalStateException.class, () -> DurableState.<String, String>on(wal, typed).open());
    assertThrows(IllegalArgumentException.class, () -> keep(0));
    assertThrows(IllegalArgumentException.class, () -> everyRecords(0));
    assertThrows(IllegalArgumentException.class, () -> everyBytes(-1));
    assertThrows(IllegalArgumentException.class, () -> every(Duration.ZERO));
    try (var without = Names.on(wal).open()) {
      assertThrows(IllegalStateException.class, without::snapshot);
      assertFalse(without.snapshotFailure().isPresent());
    }
  }

  @Test
  void anAsynchronousLogIsSyncedAsFarAsASnapshotCovers() {
    try (var other = Wal.open(new MemoryDirectory(), WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build());
        var state = Names.on(other).snapshots(Names.SNAPSHOTS, keep(1), onDemand()).open()) {
      Names.range(0, 10).forEach(state::append);
      assertEquals(0, other.stream(Names.STREAM).durableEnd());
      state.snapshot();
      assertEquals(10, other.stream(Names.STREAM).durableEnd());
    }
  }
}
