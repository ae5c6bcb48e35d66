package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.benchmarks.limit.LimitGroupCommit.Gathering;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.ThreadKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
}
