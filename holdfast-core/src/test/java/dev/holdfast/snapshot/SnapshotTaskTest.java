package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.everyBytes;
import static dev.holdfast.snapshot.SnapshotPolicy.everyRecords;
import static dev.holdfast.snapshot.SnapshotPolicy.onDemand;
import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codecs;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots in the background: when they are taken, what becomes of failures, and who waits for them. */
@Timeout(120)
class SnapshotTaskTest {
  private static final ThreadFactory THREADS = Thread.ofPlatform().daemon().name("background").factory();

  private final MemoryDirectory directory = new MemoryDirectory();
  private Wal wal = open();

  private Wal open() {
    return Wal.open(directory, WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build());
  }

  @AfterEach
  void close() {
    wal.close();
  }

  private SnapshotStore store() {
    return SnapshotStore.of(wal, wal.stream(Names.STREAM));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (var i = 0; i < 20_000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(1);
    }
    assertTrue(condition.getAsBoolean(), "it has not come");
  }

  private SnapshotTask<List<String>> task(Supplier<List<String>> state, ThreadFactory threads) {
    var store = store();
    SnapshotSource.Holder<List<String>> holder = new SnapshotSource.Holder<>() {
      @Override
      public <T> T held(Function<Capture<List<String>>, T> use) {
        var held = state.get();
        return use.apply(new Capture<>(held, held.size(), store.lastRecord(held.size())));
      }
    };
    return new SnapshotTask<>(new SnapshotSource<>(holder, null), SnapshotPublisher.of(store, keep(1)),
        Names.SNAPSHOTS, everyRecords(10), threads);
  }

  // ---- when

  @Test
  void whatALogHadAppendedBeforeTheStateWasOpenedCountedTwice() throws InterruptedException {
    var builder = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(1), everyBytes(100_000));
    var name = "x".repeat(1000);
    try (var state = builder.open()) {
      for (var i = 0; i < 90; i++) {
        state.append(name);
      }
    }
    try (var state = builder.open()) {
      state.append("tiny");
      Thread.sleep(300);
      assertEquals(List.of(), store().list());
      for (var i = 0; i < 10; i++) {
        state.append(name);
      }
      await(() -> !store().list().isEmpty());
    }
  }

  @Test
  void aDamagedSegmentThatNobodyNeedsKeptAStateFromBeingOpened() throws IOException {
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(2), onDemand()).open()) {
      Names.range(0, 12).forEach(state::append);
      state.snapshot();
      Names.range(12, 42).forEach(state::append);
      state.snapshot();
      state.append("n42");
    }
    wal.close();
    var files = directory.subdirectory("streams").subdirectory(Names.STREAM);
    var damaged = files.list().stream().filter(name -> name.endsWith(".seg")).toList().get(1);
    try (var file = files.open(damaged, Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{1, 2, 3, 4, 5, 6, 7, 8}), 16);
    }
    wal = open();
    try (var state = Names.on(wal).snapshots(Names.SNAPSHOTS, keep(2), everyBytes(1000)).open()) {
      assertEquals(Names.range(0, 43), state.read(List::copyOf));
    }
  }

  // ---- failures

  @Test
  void whatFailedBeforeTheStateWasCapturedWasTriedAgainWithEveryAppend() throws InterruptedException {
    var attempts = new AtomicInteger();
    try (var task = task(() -> {
      attempts.incrementAndGet();
      throw new IllegalStateException("no state today");
    }, THREADS)) {
      for (var i = 0; i < 59; i++) {
        wal.stream(Names.STREAM, Codecs.utf8()).append("n" + i);
        task.lookWhetherDue();
        Thread.sleep(2);
      }
      await(() -> task.failure().isPresent());
      assertTrue(attempts.get() <= 5, () -> attempts.get() + " attempts");
    }
  }

  @Test
  void closingWasToldAsAFailureOfTheSnapshotThatWasAskedFor() throws InterruptedException {
    var attempts = new AtomicInteger();
    var task = task(() -> {
      attempts.incrementAndGet();
      throw new WalClosedException("closed meanwhile");
    }, THREADS);
    wal.stream(Names.STREAM, Codecs.utf8()).appendBatch(Names.range(0, 10));
    task.lookWhetherDue();
    await(() -> attempts.get() > 0);
    task.close(); // waits for the attempt
    assertTrue(task.failure().isEmpty(), () -> task.failure().toString());
  }

  @Test
  void anAppendThatWasKeptThrewBecauseNoThreadCouldBeStartedAndNoSnapshotCameEver() throws InterruptedException {
    var exhausted = new AtomicBoolean(true);
    ThreadFactory threads = task -> {
      if (exhausted.getAndSet(false)) {
        throw new OutOfMemoryError("unable to create native thread");
      }
      return THREADS.newThread(task);
    };
    try (var task = task(() -> Names.range(0, 10), threads)) {
      wal.stream(Names.STREAM, Codecs.utf8()).appendBatch(Names.range(0, 10));
      task.lookWhetherDue();
      assertEquals(List.of(), store().list());
      task.lookWhetherDue();
      await(() -> !store().list().isEmpty());
      assertTrue(task.failure().isEmpty());
    }
  }

  @Test
  void closingWaitedForEverForASnapshotThatNoThreadCouldBeStartedFor() {
    try (var task = task(() -> Names.range(0, 10), _ -> {
      throw new OutOfMemoryError("unable to create native thread");
    })) {
      wal.stream(Names.STREAM, Codecs.utf8()).appendBatch(Names.range(0, 10));
      task.lookWhetherDue();
    }
    assertEquals(List.of(), store().list());
  }

  @Test
  void whatACodecThrewWithoutDeclaringItWasToldToNobodyAndLeftAFile() throws Exception {
    var codec = new SnapshotCodec<List<String>>() {
      @Override
      public void write(List<String> state, OutputStream out) {
        throw SnapshotTaskTest.<RuntimeException>undeclared(new Exception("undeclared"));
      }

      @Override
      public List<String> read(InputStream in) throws IOException {
        return Names.SNAPSHOTS.read(in);
      }
    };
    try (var state = Names.on(wal).snapshots(codec, keep(1), everyRecords(1)).open()) {
      state.append("n0");
      await(() -> state.snapshotFailure().isPresent());
      assertTrue(String.valueOf(state.snapshotFailure().orElseThrow().getMessage()).contains("undeclared"));
    }
    assertEquals(List.of(), directory.subdirectory("snapshots").subdirectory(Names.STREAM).list());
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T undeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  // ---- who waits

  @Test
  void othersWaitedWhileTheLastRecordWasReadForASnapshotOfAnImmutableState() throws Exception {
    var disk = new SimulatedDisk();
    try (var log = Wal.open(disk.root(), WalOptions.defaults());
        var state = Names.on(log).snapshots(Names.SNAPSHOTS, keep(1), onDemand()).capture(UnaryOperator.identity())
            .open()) {
      state.append("n0");
      var waited = new ArrayList<Boolean>();
      disk.inject(Fault.on(OperationKind.READ).in("streams/" + Names.STREAM).delayedBy(() -> {
        var other = Thread.ofPlatform().daemon().name("other").start(() -> state.read(List::size));
        try {
          other.join(5000);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        waited.add(other.isAlive());
      }));
      assertEquals(1, state.snapshot().snapshot().end());
      assertEquals(List.of(false), waited);
    }
  }
}
