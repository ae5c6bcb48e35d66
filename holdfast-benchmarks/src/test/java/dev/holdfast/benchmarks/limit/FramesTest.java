package dev.holdfast.benchmarks.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final byte[] RECORD = {1, 2, 3, 4, 5};

  private final ByteBuffer buffer = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

  @Test
  void theChecksumCoversSaltHeaderAndPayload() {
    new Frames().put(buffer, 7, RECORD);
    assertEquals(40, buffer.position());
    var checksum = new CRC32C();
    checksum.update(new byte[]{'h', 'o', 'l', 'd', 'f', 'a', 's', 't'});
    checksum.update(buffer.array(), 4, 28 + RECORD.length);
    assertEquals((int) checksum.getValue(), buffer.getInt(0));
  }

  @Test
  void aDamagedByteIsFound() {
    var frames = new Frames();
    frames.put(buffer, 7, RECORD);
    assertEquals(RECORD.length, frames.check(buffer, 0, buffer.position(), 7));
    assertEquals(-1, frames.check(buffer, 0, buffer.position(), 8));
    buffer.put(Frames.HEADER + 2, (byte) 0);
    assertEquals(-1, frames.check(buffer, 0, buffer.position(), 7));
  }

  @Test
  void aBatchHoldsLengthsThenRecords() {
    new Frames().putBatch(buffer, 7, List.of(RECORD, RECORD));
    assertEquals(2 * Integer.BYTES + 2 * RECORD.length, buffer.getInt(4));
    assertEquals(RECORD.length, buffer.getInt(Frames.HEADER + Integer.BYTES));
    assertEquals(RECORD[0], buffer.get(Frames.HEADER + 2 * Integer.BYTES));
  }
}
