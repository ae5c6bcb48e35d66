package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.benchmarks.limit.LimitGroupCommit.Gathering;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LimitGroupCommitTest {
  private static final int THREADS = 16;
  private static final int RECORDS = 4000;
  private static final int FILE_SIZE = 1 << 20;

  @TempDir
  Path directory;

  @ParameterizedTest
  @EnumSource
  void everyAcknowledgedRecordIsInTheFileOnce(Gathering gathering) throws Exception {
    Path file = directory.resolve("log");
    byte[] record = new byte[100];
    Set<Long> ids = ConcurrentHashMap.newKeySet();
    try (var limit = LimitGroupCommit.create(file, FILE_SIZE, THREADS, record.length, ChannelKind.FILE, gathering)) {
      var load = new Load(ThreadKind.VIRTUAL, THREADS, Duration.ofMinutes(1), RECORDS, Load.Timing.EACH);
      assertEquals(RECORDS, load.run(_ -> ids.add(limit.append(record))).operations());
      assertTrue(limit.groups() < RECORDS, "nothing was grouped");
    }
    assertEquals(RECORDS, ids.size());
    assertEquals(RECORDS, LimitScan.of(file, 1 << 16).scan().records());
  }

  @Test
  void whatGrowsGoesOnInNewFiles() throws Exception {
    int fileSize = 16 << 10;
    byte[] record = new byte[96]; // frames of 128, 128 of them to a file
    try (var limit = LimitGroupCommit.createGrowing(directory, fileSize, 1, record.length, ChannelKind.FILE,
        Gathering.YIELD)) {
      for (int i = 0; i < 2 * 128 + 1; i++) {
        assertEquals(i, limit.append(record));
      }
    }
    assertEquals(128, LimitScan.of(directory.resolve("file-0"), 8192).scan().records());
    byte[] second = Files.readAllBytes(directory.resolve("file-1"));
    byte[] third = Files.readAllBytes(directory.resolve("file-2"));
    assertTrue(second[fileSize - 128] != 0 && third[0] != 0 && third[128] == 0, "two files are full, one has a frame");
  }
}
