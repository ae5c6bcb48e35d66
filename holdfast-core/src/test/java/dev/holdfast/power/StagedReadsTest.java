package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Compression;
import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.RecordCursor;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.compression.TinyLz4;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that were acknowledged and are not written yet are read where they are. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StagedReadsTest {
  private static final String A = "a";
  private static final WalOptions ASYNC = options().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(1 << 18)
      .writeBufferSize(1 << 14).build();
  private static final int WRITTEN = 10;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final AtomicInteger writes = new AtomicInteger();

  private Wal open(WalOptions options) {
    var wal = OpenLog.forWriting(disk.root(), options, Repeatable.withRings(5));
    for (var i = 0; i < WRITTEN; i++) {
      wal.stream(A).append(record(i));
    }
    wal.sync();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE && operation.path().contains(".seg")) {
        writes.incrementAndGet();
      }
    });
    return wal;
  }

  private static byte[] record(long id) {
    var bytes = new byte[(int) (id % 5 == 4 ? 400 : 20 + id % 80)];
    new Random(id).nextBytes(bytes);
    return bytes;
  }

  private static void append(LogStream stream, long from, long to) {
    for (var id = from; id < to; id++) {
      assertEquals(id, stream.append(record(id)));
    }
  }

  private static void step(RecordCursor cursor, long from, long to) {
    for (var id = from; id < to; id++) {
      assertTrue(cursor.next(), "record " + id);
      assertEquals(id, cursor.id());
      assertArrayEquals(record(id), cursor.copyPayload(), "record " + id);
    }
  }

  private static void getEach(LogStream stream, long from, long to) {
    for (var id = from; id < to; id++) {
      assertArrayEquals(record(id), stream.get(id).orElseThrow(), "record " + id);
    }
  }

  @ParameterizedTest
  @EnumSource(ReadStrategy.class)
  void nobodyHasToWriteThem(ReadStrategy strategy) {
    try (var wal = open(ASYNC.toBuilder().readStrategy(strategy).build())) {
      var stream = wal.stream(A);
      try (var cursor = stream.read(0); var tail = stream.tail(WRITTEN)) {
        for (var id = WRITTEN; id < 100; id++) {
          append(stream, id, id + 1);
          getEach(stream, id, id + 1);
          assertTrue(tail.next(Duration.ZERO));
          assertArrayEquals(record(id), tail.copyPayload());
        }
        step(cursor, 0, 100);
        assertFalse(cursor.next());
        assertFalse(tail.next(Duration.ZERO));
      }
      getEach(stream, 0, 100);
      assertTrue(stream.get(50, (_, payload) -> assertEquals(record(50).length, payload.remaining())));
      assertEquals(3, stream.getAll(9, 10, 99).stream().filter(record -> record.isPresent()).count());
      assertEquals(100, stream.records(0).count());
      assertEquals(100, stream.nextId());
      assertEquals(WRITTEN, stream.durableEnd());
      assertTrue(stream.get(100).isEmpty());
      assertEquals(0, writes.get());
      assertEquals(100, stream.segments().getLast().ids().end());
      assertTrue(writes.get() > 0, "who asks for segments is told what is in the files");
    }
  }

  @Test
  void alsoBatchesAndWhatIsCompressed() {
    try (var wal = open(ASYNC.toBuilder().compressor(new TinyLz4()).compression(Compression.LZ4).minCompressionSize(64)
        .build())) {
      var stream = wal.stream(A);
      var compressible = new byte[2000];
      Arrays.fill(compressible, (byte) 7);
      try (var cursor = stream.read(WRITTEN)) {
        for (var i = 0; i < 10; i++) {
          var first = stream.append(compressible);
          stream.appendBatch(List.of(record(first + 1), compressible, record(first + 3)));
          assertTrue(cursor.next());
          assertArrayEquals(compressible, cursor.copyPayload());
          step(cursor, first + 1, first + 2);
          assertTrue(cursor.next());
          assertArrayEquals(compressible, stream.get(first + 2).orElseThrow());
          getEach(stream, first + 3, first + 4);
          step(cursor, first + 3, first + 4);
        }
      }
      assertEquals(0, writes.get());
    }
  }

  /** The older half is read while it is being written, the newer one while it is being filled. */
  @Test
  void alsoWhileALeaderIsAtWork() throws Exception {
    try (var wal = open(ASYNC)) {
      var stream = wal.stream(A);
      append(stream, WRITTEN, 100);
      var writing = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      disk.inject(Fault.on(OperationKind.WRITE).in(".seg").delayedBy(() -> {
        writing.countDown();
        await(goOn);
      }));
      var leader = CompletableFuture.runAsync(stream::segments);
      await(writing);
      append(stream, 100, 150);
      try (var cursor = stream.read(0)) {
        step(cursor, 0, 150);
        assertFalse(cursor.next());
      }
      getEach(stream, 0, 150);
      goOn.countDown();
      leader.get(30, TimeUnit.SECONDS);
      getEach(stream, 0, 150);
    }
  }

  /** Promise 9: what is in the ring and must be durable before it is acknowledged is not seen. */
  @Test
  void notWhatMustBeDurableFirst() throws Exception {
    try (var wal = open(ASYNC.toBuilder().syncPolicy(SyncPolicy.BATCH_ONLY).build())) {
      var stream = wal.stream(A);
      append(stream, WRITTEN, 20);
      var syncing = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      disk.inject(Fault.on(OperationKind.FORCE).in(".seg").delayedBy(() -> {
        syncing.countDown();
        await(goOn);
      }));
      var batch = stream.appendBatchAsync(List.of(record(20), record(21)));
      var later = stream.appendAsync(record(22));
      await(syncing);
      try (var cursor = stream.read(0)) {
        assertEquals(20, stream.nextId());
        assertTrue(stream.get(20).isEmpty());
        step(cursor, 0, 20);
        assertFalse(cursor.next());
        assertFalse(batch.isDone() || later.isDone());
        goOn.countDown();
        assertEquals(22, later.get(30, TimeUnit.SECONDS));
        step(cursor, 20, 23);
      } finally {
        goOn.countDown();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS), "nobody let it go on");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void afterAFailureOnlyWhatIsDurable() {
    var wal = open(ASYNC);
    var stream = wal.stream(A);
    append(stream, WRITTEN, 60);
    try (var cursor = stream.read(0); var behind = stream.read(0)) {
      step(cursor, 0, 40); // it has validated more than that
      disk.inject(Fault.on(OperationKind.WRITE).in(".seg"));
      assertThrows(StreamFailedException.class, wal::sync);
      assertEquals(WRITTEN, stream.nextId());
      getEach(stream, 0, WRITTEN);
      step(behind, 0, WRITTEN);
      assertThrows(StreamFailedException.class, behind::next);
      for (var id = WRITTEN; id < 60; id++) {
        long lost = id;
        assertThrows(StreamFailedException.class, () -> stream.get(lost));
      }
      assertThrows(WalException.class, cursor::next);
      assertThrows(WalException.class, () -> stream.records(0).count());
    }
    assertThrows(StreamFailedException.class, wal::close);
    try (var again = OpenLog.forWriting(disk.killProcess().root(), ASYNC, Repeatable.withRings(6))) {
      getEach(again.stream(A), 0, 60);
      assertEquals(60, again.stream(A).nextId(), "acknowledged, so it is in the ring");
    }
  }

  @Test
  void truncatedUnderReaders() {
    try (var wal = open(ASYNC)) {
      var stream = wal.stream(A);
      append(stream, WRITTEN, 60);
      try (var before = stream.read(0); var beyond = stream.read(0)) {
        step(before, 0, 20);
        step(beyond, 0, 40);
        assertEquals(60, stream.truncateFrom(30).end());
        assertEquals(30, stream.append(record(1030)));
        assertEquals(31, stream.append(record(1031)));
        assertThrows(CursorInvalidatedException.class, beyond::next);
        step(before, 20, 30);
        assertTrue(before.next());
        assertArrayEquals(record(1030), before.copyPayload());
        assertArrayEquals(record(1031), stream.get(31).orElseThrow());
        assertTrue(stream.get(32).isEmpty());
      }
    }
  }

  @Test
  void acrossRotations() {
    try (var wal = open(ASYNC.toBuilder().maxSegmentSize(1 << 14).writeBufferSize(1 << 12).build())) {
      var stream = wal.stream(A);
      try (var tail = stream.tail(0); var slow = stream.tail(0)) {
        step(tail, 0, WRITTEN);
        for (var id = WRITTEN; id < 3000; id++) {
          append(stream, id, id + 1);
          step(tail, id, id + 1);
          getEach(stream, Math.max(0, id - 3), id + 1);
          if (id % 97 == 0) {
            step(slow, slow.nextId(), id - 5);
          }
        }
        step(slow, slow.nextId(), 3000);
      }
      assertTrue(stream.stats().rotations() > 10);
    }
  }

  @TempDir
  Path directory;

  /** The memory of the ring faults: that is told, and nothing else happens to the process. */
  @Test
  void aRingThatSomebodyCutsShortIsAnErrorOfWhoReadsIt() throws IOException {
    var root = FsDirectory.create(directory.resolve("log"));
    var wal = OpenLog.forWriting(root, ASYNC, Repeatable.withRings(5));
    var stream = wal.stream(A);
    append(stream, 0, 20);
    var ring = directory.resolve("log").resolve("streams").resolve(A).resolve(Names.RING);
    try (var file = FileChannel.open(ring, StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
    assertThrows(WalException.class, () -> stream.get(19));
    try (var cursor = stream.read(0)) {
      assertThrows(WalException.class, () -> {
        while (cursor.next()) {
          assertArrayEquals(record(cursor.id()), cursor.copyPayload());
        }
      });
    }
    assertThrows(WalException.class, wal::close);
  }
}
