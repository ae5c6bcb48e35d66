package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.LogStream;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.segment.Ring;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory of a mapped file faults: somebody has cut the file short. Compiled code notices a fault late, so all is
 * compiled first; what would be noticed late depends on luck, so there are many streams.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryFaultTest {
  private static final int STREAMS = 400;
  private static final int SEALED_STREAMS = 100;
  /** Where syncs are slow fewer streams must do. */
  private static final long ENOUGH_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final byte[] RECORD = new byte[100];
  private static final List<byte[]> BATCH = List.of(RECORD, RECORD, RECORD);

  @TempDir
  Path temporary;

  /** The error came behind the append, once in the middle of unlocking; or to a leader, and nobody led from then on. */
  @Test
  void aFaultCameToLightBehindTheAppendAndLeftNobodyToLead() throws Exception {
    assumeTrue(Ring.isPossibleIn(FsDirectory.open(temporary)), "no rings on this file system");
    try (var wal = Wal.open(temporary.resolve("log"), WalOptions.builder().syncPolicy(SyncPolicy.BATCH_ONLY).build())) {
      var begun = System.nanoTime();
      for (var i = 0; i < STREAMS && System.nanoTime() - begun < ENOUGH_NANOS; i++) {
        var stream = wal.stream("s" + i);
        var ring = temporary.resolve(Path.of("log", "streams", stream.name(), Names.RING));
        var appenders = List.of(append(stream, 0), append(stream, 0), append(stream, i % 2 == 0 ? 0 : 100));
        awaitRing(stream, ring, appenders);
        Thread.sleep(i == 0 ? 1000 : 0); // until all is compiled
        cut(ring, 0);
        for (var appender : appenders) {
          var told = assertDoesNotThrow(() -> appender.get(30, TimeUnit.SECONDS), "it waits for ever");
          assertInstanceOf(StreamFailedException.class, told);
        }
        assertThrows(StreamFailedException.class, () -> stream.append(RECORD));
        wal.deleteStream(stream.name());
      }
    }
  }

  @Test
  void aFaultInASegmentIsAnErrorOfWhoReadsIt() throws Exception {
    var options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(1 << 16).build();
    try (var wal = Wal.open(temporary.resolve("log"), options)) {
      for (var i = 0; i < SEALED_STREAMS; i++) {
        var stream = wal.stream("s" + i);
        while (stream.segments().size() < 2) {
          stream.append(RECORD);
        }
      }
    }
    try (var wal = Wal.open(temporary.resolve("log"), options)) { // sealed segments are mapped as they are opened
      for (var i = 0; i < SEALED_STREAMS; i++) {
        var stream = wal.stream("s" + i);
        scan(stream);
        var first = stream.segments().getFirst();
        var readers = List.of(start(() -> scan(stream)), start(() -> get(stream, first.ids().end())));
        Thread.sleep(i == 0 ? 1000 : 1); // until all is compiled
        cut(temporary.resolve(Path.of("log", "streams", stream.name(), first.file())), 8192); // two pages of eight
        for (var reader : readers) {
          var told = assertDoesNotThrow(() -> reader.get(30, TimeUnit.SECONDS), "it reads for ever");
          assertInstanceOf(WalIOException.class, told);
        }
        wal.deleteStream(stream.name());
      }
    }
  }

  private static void scan(LogStream stream) {
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        assertEquals(RECORD.length, cursor.length());
      }
    }
  }

  private static void get(LogStream stream, long end) {
    for (var id = 0L; id < end; id++) {
      assertEquals(RECORD.length, stream.get(id).orElseThrow().length);
    }
  }

  private static void cut(Path file, long size) throws IOException {
    FileChannel.open(file, StandardOpenOption.WRITE).truncate(size).close();
  }

  /** Has a thread append again and again, every so many times a batch, which is synced. */
  private static FutureTask<Throwable> append(LogStream stream, int batchEvery) {
    return start(() -> {
      for (var i = 1; i <= 1000; i++) {
        if (batchEvery > 0 && i % batchEvery == 0) {
          stream.appendBatch(BATCH);
        } else {
          stream.append(RECORD);
        }
      }
    });
  }

  /** Has a thread do something again and again, until it fails; that is the result. */
  private static FutureTask<Throwable> start(Runnable action) {
    var task = new FutureTask<Throwable>(() -> {
      try {
        while (true) {
          action.run();
        }
      } catch (RuntimeException | Error e) {
        return e;
      }
    });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /** Waits until far more is appended than written, several times: the figures are not of the same moment. */
  private static void awaitRing(LogStream stream, Path ring, List<FutureTask<Throwable>> appenders)
      throws InterruptedException {
    var before = stream.stats();
    var often = 0;
    while (often < 3 || !Files.exists(ring)) {
      Thread.sleep(1);
      assertTrue(appenders.stream().noneMatch(FutureTask::isDone), "an append has failed already");
      var now = stream.stats();
      var inRing = now.appendedRecords() - before.appendedRecords() > 20 * (now.writes() - before.writes());
      often = inRing ? often + 1 : 0;
      before = now;
    }
  }
}
