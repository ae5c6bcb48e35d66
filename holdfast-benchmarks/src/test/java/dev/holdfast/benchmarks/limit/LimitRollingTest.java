package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitRollingTest {
  @TempDir
  Path directory;

  @Test
  void fillsOneFileAfterTheOther() throws IOException {
    int fileSize = 16 << 10;
    try (LimitRolling limit = LimitRolling.create(directory, fileSize, 4096, ChannelKind.FILE)) {
      byte[] record = new byte[96]; // frames of 128, 32 of them to a buffer, 4 buffers to a file
      for (int i = 0; i < 3 * 128 + 32; i++) {
        assertEquals(i, limit.append(record));
      }
    }
    for (int i = 0; i < 3; i++) {
      var scanned = LimitScan.of(directory.resolve("file-" + i), 8192).mapped().scan();
      assertEquals(i == 0 ? 128 : 0, scanned.records()); // ids begin with 0 in the first alone
    }
  }
}
