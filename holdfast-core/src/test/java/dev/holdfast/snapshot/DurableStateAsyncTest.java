package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.EntryCodecException;
import dev.holdfast.IdRange;
import dev.holdfast.SnapshotException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes of a state that nobody waits for. */
@Timeout(60)
class DurableStateAsyncTest {
  private final Wal wal = Wal.open(new MemoryDirectory(), WalOptions.defaults());

  @AfterEach
  void close() {
    wal.close();
  }

  private static Throwable causeOf(CompletableFuture<?> future) {
    return Objects
        .requireNonNull(assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS)).getCause());
  }

  @Test
  void aBatchIsAppliedWhenItsFutureCompletes() throws Exception {
    try (var state = Names.on(wal).open()) {
      state.append("n0");
      assertEquals(new IdRange(1, 4), state.appendBatchAsync(Names.range(1, 4)).get(20, TimeUnit.SECONDS));
      assertEquals(Names.range(0, 4), state.read(List::copyOf));
      assertEquals(new IdRange(4, 4), state.appendBatchAsync(List.of()).get(20, TimeUnit.SECONDS));
      assertInstanceOf(EntryCodecException.class, causeOf(state.appendBatchAsync(List.of("n4", "half \uD83C"))));
      assertEquals(4, state.end());
    }
  }

  @Test
  void aFutureThatWasCancelledTookTheApplyingWithIt() throws Exception {
    try (var state = Names.on(wal).open()) {
      for (var i = 0; i < 50; i++) {
        var _ = state.appendAsync("n" + i).cancel(false);
      }
      var _ = state.appendAsync("n50").orTimeout(1, TimeUnit.NANOSECONDS);
      for (var i = 0; i < 20_000 && state.end() < 51; i++) {
        Thread.sleep(1);
      }
      assertEquals(Names.range(0, 51), state.read(List::copyOf));
    }
  }

  @Test
  void whatIsClosedOrHasFailedThrewWhereAFutureWasPromised() {
    var closed = Names.on(wal).open();
    closed.close();
    assertInstanceOf(WalClosedException.class, causeOf(closed.appendAsync("n0")));
    assertInstanceOf(WalClosedException.class, causeOf(closed.appendBatchAsync(List.of("n0"))));
    try (var failed = Names.on(wal).apply((_, _) -> {
      throw new IllegalArgumentException("no");
    }).open()) {
      assertInstanceOf(SnapshotException.class, causeOf(failed.appendAsync("n0")));
      assertInstanceOf(SnapshotException.class, causeOf(failed.appendAsync("n1")));
    }
    assertEquals(1, wal.stream(Names.STREAM).nextId());
  }

  @Test
  void aFunctionThatAppendedWithoutWaitingEndedTheStateOrHung() {
    var self = new AtomicReference<DurableState<List<String>, String>>();
    var refused = new ArrayList<IllegalStateException>();
    try (var state = Names.on(wal).apply((names, entry) -> {
      refused.add(assertThrows(IllegalStateException.class, () -> self.get().appendAsync("b")));
      refused.add(assertThrows(IllegalStateException.class, () -> self.get().appendBatchAsync(List.of("b"))));
      return Names.apply(names, entry);
    }).open()) {
      self.set(state);
      Names.range(0, 20).forEach(state::append);
      assertEquals(Names.range(0, 20), state.read(List::copyOf));
      assertEquals(40, refused.size());
    }
  }

  @Test
  void whoeverHeldTheStateAndCommittedWaitedForItselfWhereTheCommittingThreadCompletesFutures() throws Exception {
    var disk = new SimulatedDisk();
    var options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).completionExecutor(Runnable::run).build();
    var other = Wal.open(disk.root(), options); // closed where nothing hangs
    var stream = other.stream(Names.STREAM);
    var state = Names.on(other).open();
    state.append("n0");
    var syncing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    disk.inject(Fault.on(OperationKind.FORCE).in("streams/" + Names.STREAM).delayedBy(() -> {
      syncing.countDown();
      join(goOn);
    }));
    var leading = Thread.ofPlatform().daemon().name("leading").start(stream::sync);
    join(syncing);
    var future = state.appendAsync("n1"); // waits for whoever leads next
    var holding = Thread.ofPlatform().daemon().name("holding")
        .start(() -> state.read(_ -> stream.truncateBefore(0)));
    while (holding.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
    goOn.countDown();
    holding.join(20_000);
    assertFalse(holding.isAlive(), "it commits what was appended, and waits for itself to apply it");
    assertEquals(1, future.get(20, TimeUnit.SECONDS));
    assertEquals(Names.range(0, 2), state.read(List::copyOf));
    leading.join();
    state.close();
    other.close();
  }

  private static void join(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS), "it has not come");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
