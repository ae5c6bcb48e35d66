package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTailTest {
  @TempDir
  Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deliversEveryRecordBeyondTheEndOfTheFile(boolean durable) throws IOException {
    try (LimitTail limit = LimitTail.create(directory.resolve("file"), 4096, 100, durable, ChannelKind.FILE)) {
      assertNull(limit.poll());
      for (int i = 0; i < 100; i++) {
        byte[] record = new byte[100];
        record[0] = (byte) i;
        limit.append(record);
        ByteBuffer delivered = limit.poll();
        assertNotNull(delivered);
        assertEquals(ByteBuffer.wrap(record), delivered);
        assertNull(limit.poll());
      }
    }
  }
}
