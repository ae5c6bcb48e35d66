package dev.holdfast.power;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers race with appends, with halves of the ring that are used again and again, rotations, seals and truncations,
 * on real files; every byte they get is compared.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StagedReadsRaceTest {
  private static final long MILLIS = Long.getLong("holdfast.race.millis", 2_000);
  private static final long SEED = Long.getLong("holdfast.race.seed", System.nanoTime());
  private static final WalOptions SMALL = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).writeBufferSize(1 << 12)
      .maxSegmentSize(1 << 16).readBufferSize(1 << 13).build();

  @TempDir
  Path directory;

  private volatile boolean over;

  /** What a record holds follows from the number in its first bytes. */
  private static byte[] record(long number) {
    var random = new SplittableRandom(number);
    var bytes = new byte[Long.BYTES + random.nextInt(random.nextInt(10) == 0 ? 1000 : 150)];
    random.nextBytes(bytes);
    ByteBuffer.wrap(bytes).putLong(0, number);
    return bytes;
  }

  private static void assertWhole(byte[] actual, long id) {
    var number = ByteBuffer.wrap(actual).getLong(0);
    assertArrayEquals(record(number), actual, () -> "record " + id + ", seed " + SEED);
  }

  @ParameterizedTest
  @EnumSource(ReadStrategy.class)
  void everyByteIsThatOfTheRecord(ReadStrategy strategy) throws Exception {
    try (var wal = OpenLog.forWriting(FsDirectory.create(directory.resolve("log")),
        SMALL.toBuilder().readStrategy(strategy).build(), Repeatable.withThreads(SEED))) {
      var stream = wal.stream("s");
      stream.append(record(0));
      run(List.of(() -> appendOn(stream), () -> tailOn(stream), () -> tailOn(stream), () -> getOn(stream, 1),
          () -> getOn(stream, 2), () -> scanOn(stream)));
      assertTrue(stream.stats().writes() > 50 && stream.stats().rotations() > 5, () -> stream.stats().toString());
      assertEquals(stream.nextId(), stream.records(stream.firstId()).count() + stream.firstId());
    }
  }

  /** What copies files by what it was told of them must find it there. */
  @Test
  void segmentsDescribeNothingThatIsOnlyInTheRing() throws Exception {
    try (var wal = OpenLog.forWriting(FsDirectory.create(directory.resolve("log")), SMALL,
        Repeatable.withThreads(SEED))) {
      var stream = wal.stream("s");
      stream.append(record(1));
      run(List.of(() -> appendOn(stream), () -> compareOn(stream)));
    }
  }

  private void compareOn(LogStream stream) {
    while (!over) {
      var last = stream.segments().getLast();
      try (var file = FileChannel.open(directory.resolve("log/streams/s").resolve(last.file()))) {
        var end = ByteBuffer.allocate(16);
        assertEquals(16, file.read(end, last.dataBytes() - 16), last::toString);
        assertFalse(Arrays.equals(new byte[16], end.array()), () -> "not in the file: " + last);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void alsoUnderTruncationsAtBothEnds() throws Exception {
    try (var wal = OpenLog.forWriting(FsDirectory.create(directory.resolve("log")), SMALL,
        Repeatable.withThreads(SEED))) {
      var stream = wal.stream("s");
      stream.append(record(0));
      run(List.of(() -> appendAndCut(stream), () -> followOn(stream), () -> followOn(stream), () -> lookOn(stream, 1),
          () -> lookOn(stream, 2)));
    }
  }

  private void run(List<Runnable> tasks) throws Exception {
    var running = new ArrayList<CompletableFuture<Void>>();
    for (var task : tasks) {
      running.add(CompletableFuture.runAsync(() -> {
        try {
          task.run();
        } finally {
          over = true; // also if it fails: nobody else is to wait for it
        }
      }, runnable -> Thread.ofPlatform().name("racing").daemon().start(runnable)));
    }
    var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
    while (!over && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    over = true;
    for (var each : running) {
      try {
        each.get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError("seed " + SEED + ": " + e.getCause(), e);
      }
    }
  }

  // ---- ids are numbers

  private void appendOn(LogStream stream) {
    var random = new SplittableRandom(SEED);
    var number = 1L;
    while (!over) {
      if (random.nextInt(20) == 0) {
        assertEquals(number, stream.appendBatch(List.of(record(number), record(number + 1))).start());
        number += 2;
      } else {
        assertEquals(number, stream.append(record(number)));
        number++;
      }
      if (random.nextInt(2000) == 0) {
        stream.sync();
      }
    }
  }

  private void tailOn(LogStream stream) {
    try (var tail = stream.tail(0)) {
      for (var id = 0L; !over; id++) {
        while (!tail.next()) {
          if (over) {
            return;
          }
        }
        assertEquals(id, tail.id());
        assertArrayEquals(record(id), tail.copyPayload(), "record " + id);
      }
    }
  }

  private void getOn(LogStream stream, int seed) {
    var random = new SplittableRandom(SEED + seed);
    while (!over) {
      var end = stream.nextId();
      var id = Math.max(0, end - 1 - random.nextInt(random.nextBoolean() ? 4 : 200));
      assertArrayEquals(record(id), stream.get(id).orElseThrow(), "record " + id);
    }
  }

  private void scanOn(LogStream stream) {
    while (!over) {
      var end = stream.nextId();
      var id = Math.max(0, end - 300);
      try (var cursor = stream.read(id)) {
        for (; id < end; id++) {
          assertTrue(cursor.next(), "record " + id);
          assertArrayEquals(record(id), cursor.copyPayload(), "record " + id);
        }
      }
    }
  }

  // ---- numbers are only ever new

  private void appendAndCut(LogStream stream) {
    var random = new SplittableRandom(SEED);
    for (var number = 1L; !over; number++) {
      stream.append(record(number));
      if (random.nextInt(300) == 0) {
        var end = stream.nextId();
        stream.truncateFrom(Math.max(stream.firstId(), end - random.nextInt(100)));
      }
      if (random.nextInt(3000) == 0) {
        stream.truncateBefore(Math.max(stream.firstId(), stream.nextId() - 500));
      }
    }
  }

  private void followOn(LogStream stream) {
    while (!over) {
      var last = -1L;
      try (var tail = stream.tail(Math.max(0, stream.nextId() - 50))) {
        while (!over) {
          if (tail.next()) {
            assertWhole(tail.copyPayload(), tail.id());
            var number = ByteBuffer.wrap(tail.copyPayload()).getLong(0);
            assertTrue(number > last, () -> "an older record at " + tail.id() + ", seed " + SEED);
            last = number;
          }
        }
      } catch (CursorInvalidatedException e) {
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
      }
    }
  }

  private void lookOn(LogStream stream, int seed) {
    var random = new SplittableRandom(SEED + seed);
    while (!over) {
      var id = Math.max(0, stream.nextId() - 1 - random.nextInt(random.nextBoolean() ? 4 : 200));
      stream.get(id).ifPresent(record -> assertWhole(record, id)); // it may have been cut
    }
  }
}
