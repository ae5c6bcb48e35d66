package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitLockedStagingTest {
  @TempDir
  Path directory;

  @Test
  void whatHasBeenWrittenAreValidFrames() throws IOException {
    Path file = directory.resolve("file");
    try (LimitLockedStaging limit = LimitLockedStaging.create(file, directory.resolve("buffer"), 64 << 10, 4096, 100,
        ChannelKind.FILE)) {
      for (int i = 0; i < 3 * 30 + 1; i++) { // frames of 136 bytes, 30 of them to a buffer
        assertEquals(i, limit.append(new byte[100]));
      }
      limit.sync();
    }
    assertEquals(3 * 30, LimitScan.of(file, 8192).mapped().scan().records());
  }
}
