package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordLog;
import dev.holdfast.ReplayMode;
import dev.holdfast.internal.recordlog.Headers;
import dev.holdfast.internal.recordlog.OpenRecordLog;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Record logs of version 1, in {@code src/test/resources/golden/v1/recordlog}: what is written today is the same byte
 * for byte. They are written with {@code -Dholdfast.golden.write=true}, which nobody does for a released version.
 */
class GoldenRecordLogTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1", "recordlog");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.golden.write");
  private static final String NAME = "log";
  private static final String LARGE = "0123456789abcdef".repeat(300);

  private static final List<String> RECORDS = List.of("first", "", "a batch", "äöü", LARGE);

  /** What became of the log; the watermark says how many records are proved durable. */
  enum Golden {
    CLOSED(4, 4), // as it is closed
    POWER_LOST(4, 1), // right behind the sync of the batch
    TORN(1, 1), // killed while the second record was written
    GROWN(5, 5), // into a second file
    EMPTY(0, 0);

    private final int count;
    private final int proved;

    Golden(int count, int proved) {
      this.count = count;
      this.proved = proved;
    }

    private List<String> records() {
      return RECORDS.subList(0, count);
    }

    private Path path() {
      return GOLDEN.resolve(name().toLowerCase(Locale.ROOT) + ".log");
    }

    private byte[] stored() throws IOException {
      if (WRITE) {
        Files.createDirectories(GOLDEN);
        Files.write(path(), written());
      }
      return Files.readAllBytes(path());
    }

    private byte[] written() throws IOException {
      return switch (this) {
        case CLOSED, GROWN, EMPTY -> {
          var directory = new MemoryDirectory();
          try (var log = open(directory)) {
            append(log);
          }
          yield directory.read(NAME, 1 << 20);
        }
        case POWER_LOST -> {
          var disk = new SimulatedDisk();
          append(open(disk.root()));
          yield disk.crash(Crash.DROP_ALL_UNSYNCED).root().read(NAME, 1 << 20);
        }
        case TORN -> {
          var directory = new MemoryDirectory();
          try (var log = open(directory)) {
            append(log);
          }
          try (var file = directory.open(NAME, Access.READ_WRITE)) {
            file.write(ByteBuffer.wrap(bytes("half of a record")), 192 + 40);
          }
          yield directory.read(NAME, 1 << 20);
        }
      };
    }

    private void append(RecordLog log) {
      if (count > 0) {
        log.append(bytes(RECORDS.getFirst()));
      }
      if (count > 1) {
        log.appendBatch(bytes(RECORDS.subList(1, 4)));
      }
      if (count > 4) {
        log.append(bytes(RECORDS.getLast()));
      }
    }
  }

  private static RecordLog open(Directory directory) {
    var random = new AtomicLong(0x5A17_0001_0000_0000L);
    return OpenRecordLog.forWriting(directory, NAME,
        new Headers(() -> Instant.ofEpochMilli(1_700_000_000_000L), random::getAndIncrement));
  }

  private static Directory directoryWith(byte[] content) throws IOException {
    var directory = new MemoryDirectory();
    try (var file = directory.create(NAME, 0)) {
      file.write(ByteBuffer.wrap(content), 0);
    }
    return directory;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("what is written today is byte for byte what was")
  void bytesHaveNotChanged(Golden golden) throws IOException {
    assertArrayEquals(golden.stored(), golden.written());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("it is read, by Holdfast and by the reader written from FORMAT.md")
  void isRead(Golden golden) throws IOException {
    try (var log = RecordLog.openReadOnly(directoryWith(golden.stored()), NAME)) {
      var found = new ArrayList<String>();
      Records.replay(log, ReplayMode.BEST_EFFORT_TAIL, found);
      assertEquals(golden.records(), found);
    }
    var tiny = new TinyRecordLogReader(golden.stored());
    assertEquals(golden.records(), tiny.records());
    assertEquals(golden.proved, tiny.watermark());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("it can be written on, and is replaced only if it has to be")
  void canBeWrittenOn(Golden golden) throws IOException {
    var directory = directoryWith(golden.stored());
    try (var log = RecordLog.open(directory, NAME)) {
      assertEquals(golden.count, log.append(bytes("more")));
    }
    var expected = new ArrayList<>(golden.records());
    expected.add("more");
    var bytes = directory.read(NAME, 1 << 20);
    assertEquals(expected, new TinyRecordLogReader(bytes).records());
    assertEquals(expected.size(), new TinyRecordLogReader(bytes).watermark());
    var replaced = golden == Golden.POWER_LOST || golden == Golden.TORN;
    assertEquals(!replaced, Arrays.equals(golden.stored(), 0, 128, bytes, 0, 128));
  }

  @Test
  @DisplayName("the example in FORMAT.md is the last slot of the closed log")
  void example() throws IOException {
    var page = Files.readString(Path.of("..", "docs", "FORMAT.md"));
    var file = Golden.CLOSED.stored();
    for (var at = 4096 + 2048; at < 4096 + 2048 + 128; at += 8) {
      var line = HexFormat.of().toHexDigits((byte) (at - 6144)) + "  "
          + HexFormat.ofDelimiter(" ").formatHex(file, at, at + 8);
      assertTrue(Arrays.equals(file, at, at + 8, new byte[8], 0, 8) || page.contains(line), line);
    }
  }
}
