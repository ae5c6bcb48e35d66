package dev.holdfast.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many streams with a record each: neither files nor space run out. {@code -Dholdfast.streams=10000} for more; the
 * limits are those of 10,000.
 */
class ManyStreamsTest {
  private static final int STREAMS = Integer.getInteger("holdfast.streams", 1_000);
  private static final int OPEN_FILES = 200;
  private static final long BYTES_PER_STREAM = (1L << 30) / 10_000;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @TempDir
  Path log;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void quietStreamsCostLittle() throws IOException { // KNOWN-FAILURES 21
    var options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build();
    var before = openFiles();
    var begun = System.nanoTime();
    try (var wal = Wal.open(log, options)) {
      for (var i = 0; i < STREAMS; i++) {
        assertEquals(0, wal.stream("stream-" + i).append(record(i)));
        if (i % 100 == 0) {
          assertFewFiles(before, wal);
        }
      }
      report("created", begun);
      begun = System.nanoTime();
      readAll(wal);
      report("read", begun);
      assertFewFiles(before, wal);
      assertSmall("open");
      begun = System.nanoTime();
    }
    report("closed", begun);
    assertSmall("closed");
    begun = System.nanoTime();
    try (var wal = Wal.open(log, options)) {
      assertEquals(STREAMS, wal.streamNames().size());
      readAll(wal);
      var millis = report("reopened and read", begun);
      assertTrue(millis < 10_000, () -> "opening and reading took " + millis + " ms");
      assertFewFiles(before, wal);
      assertEquals(1, wal.stream("stream-7").append(record(7)));
    }
    try (var wal = Wal.openReadOnly(log, options)) {
      readAll(wal);
      assertFewFiles(before, wal);
    }
  }

  private static byte[] record(int i) {
    return ByteBuffer.allocate(100).putInt(i).array();
  }

  private static void readAll(Wal wal) {
    for (var i = 0; i < STREAMS; i++) {
      assertEquals(ByteBuffer.wrap(record(i)), ByteBuffer.wrap(wal.stream("stream-" + i).get(0).orElseThrow()));
    }
  }

  private static long report(String what, long begun) {
    var millis = (System.nanoTime() - begun) / 1_000_000;
    System.out.println("ManyStreamsTest: " + STREAMS + " streams " + what + " in " + millis + " ms");
    return millis;
  }

  private static long openFiles() throws IOException {
    try (var descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.count();
    }
  }

  private static void assertFewFiles(long before, Wal wal) throws IOException {
    var more = openFiles() - before;
    assertTrue(more < OPEN_FILES, () -> more + " files are open, " + wal.stats().openFiles() + " says the log");
  }

  private void assertSmall(String state) throws IOException {
    var kib = Long.parseLong(usage().split("\\s", -1)[0]);
    System.out.println("ManyStreamsTest: " + kib + " KiB on disk when " + state);
    assertTrue(kib * 1024 < STREAMS * BYTES_PER_STREAM, () -> kib + " KiB for " + STREAMS + " streams");
  }

  /** With the space that is allocated but not used. */
  private String usage() throws IOException {
    var process = new ProcessBuilder("du", "-sk", log.toString()).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }
}
