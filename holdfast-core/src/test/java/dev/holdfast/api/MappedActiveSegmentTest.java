package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment that is still written is mapped when it is read often: on real files, whose memory can fault. */
class MappedActiveSegmentTest {
  private static final int SEGMENT = 1 << 20;
  private static final int OFTEN = 100;
  private static final int CUT = 1 << 14;
  private static final Path MAPS = Path.of("/proc/self/maps");

  @TempDir
  Path directory;

  private static WalOptions.Builder options() {
    return WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(SEGMENT);
  }

  private static byte[] record(long id) {
    var bytes = new byte[(int) (40 + id % 300)];
    new Random(id).nextBytes(bytes);
    return bytes;
  }

  private static void append(LogStream stream, long from, long to) {
    for (var id = from; id < to; id++) {
      assertEquals(id, stream.append(record(id)));
    }
    stream.sync();
  }

  private static void getEach(LogStream stream, long from, long to) {
    for (var id = from; id < to; id++) {
      assertArrayEquals(record(id), stream.get(id).orElseThrow(), "record " + id);
    }
  }

  private static void step(RecordCursor cursor, long from, long to) {
    for (var id = from; id < to; id++) {
      assertTrue(cursor.next(), "record " + id);
      assertEquals(id, cursor.id());
      assertArrayEquals(record(id), cursor.copyPayload(), "record " + id);
    }
  }

  private Path segment(long firstId) {
    return directory.resolve("log").resolve("streams").resolve("s").resolve(Names.segment(firstId));
  }

  private boolean isMapped(long firstId) throws IOException {
    assumeTrue(Files.isReadable(MAPS), "cannot look at what is mapped: not Linux");
    return Files.readString(MAPS).contains(segment(firstId).toString());
  }

  private Wal open(WalOptions.Builder options) {
    return Wal.open(directory.resolve("log"), options.build());
  }

  @Test
  void isReadThroughAMapWhileItGrows() throws IOException {
    try (var wal = open(options())) {
      var stream = wal.stream("s");
      append(stream, 0, OFTEN);
      assertFalse(isMapped(0));
      try (var cursor = stream.read(0)) {
        step(cursor, 0, OFTEN);
        getEach(stream, 0, OFTEN);
        assertTrue(isMapped(0), "nothing is tested without");
        for (var id = OFTEN; id < 2 * OFTEN; id++) {
          append(stream, id, id + 1);
          getEach(stream, id, id + 1);
          step(cursor, id, id + 1);
        }
        assertFalse(cursor.next());
      }
      getEach(stream, 0, 2 * OFTEN);
    }
    assertFalse(isMapped(0), "closing the log lets go of it");
  }

  @Test
  void isNotMappedIfNothingIsToBe() throws IOException {
    try (var wal = open(options().readStrategy(ReadStrategy.STANDARD_IO))) {
      var stream = wal.stream("s");
      append(stream, 0, 2 * OFTEN);
      getEach(stream, 0, 2 * OFTEN);
      assertFalse(isMapped(0));
    }
  }

  @Test
  void isReadOnWhenItsSealCutsOffWhatWasReservedForIt() throws Exception {
    try (var wal = open(options())) {
      var stream = wal.stream("s");
      append(stream, 0, OFTEN);
      getEach(stream, 0, OFTEN);
      assertTrue(isMapped(0), "nothing is tested without");
      try (var cursor = stream.read(0)) {
        step(cursor, 0, 10);
        var reserved = Files.size(segment(0));
        var end = OFTEN;
        do {
          append(stream, end, end + 1);
          end++;
        } while (!Files.exists(segment(end - 1)));
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Files.size(segment(0)) == reserved) {
          assertTrue(System.nanoTime() < deadline, "not sealed for 20 s");
          Waits.millis(1);
        }
        step(cursor, 10, end);
        getEach(stream, 0, end);
      }
    }
  }

  @Test
  void isReadAnewAfterATruncationFromTheBack() throws IOException {
    try (var wal = open(options())) {
      var stream = wal.stream("s");
      append(stream, 0, 2 * OFTEN);
      getEach(stream, 0, 2 * OFTEN);
      assertTrue(isMapped(0), "nothing is tested without");
      stream.truncateFrom(OFTEN);
      for (var id = OFTEN; id < 2 * OFTEN; id++) {
        stream.append(record(id + 1));
      }
      stream.sync();
      for (var id = OFTEN; id < 2 * OFTEN; id++) {
        assertArrayEquals(record(id + 1), stream.get(id).orElseThrow(), "record " + id);
      }
      getEach(stream, 0, OFTEN);
    }
  }

  @Test
  void isToldToBeDamagedIfSomebodyCutsItShort() throws IOException {
    try (var wal = open(options())) {
      var stream = wal.stream("s");
      append(stream, 0, 2 * OFTEN);
      getEach(stream, 0, 2 * OFTEN);
      assertTrue(isMapped(0), "nothing is tested without");
      try (var file = FileChannel.open(segment(0), StandardOpenOption.WRITE)) {
        file.truncate(CUT);
      }
      getEach(stream, 0, 10);
      assertThrows(WalException.class, () -> stream.get(2 * OFTEN - 1));
      assertThrows(WalException.class, () -> {
        try (var cursor = stream.read(0)) {
          while (cursor.next()) {
            assertArrayEquals(record(cursor.id()), cursor.copyPayload());
          }
        }
      });
    }
  }
}
