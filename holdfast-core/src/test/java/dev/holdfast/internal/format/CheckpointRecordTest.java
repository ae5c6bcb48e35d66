package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The records of the stream of checkpoints are what docs/FORMAT.md says. */
class CheckpointRecordTest {
  /** The example of docs/FORMAT.md. */
  private static final byte[] EXAMPLE = HexFormat.of().parseHex(
      "0100020002000000" + "00ca9a3b00000000" + "0500000000000000" + "0401000000000000" + "6331");

  @Test
  void aCheckpointHasTheBytesOfTheFormat() {
    assertArrayEquals(EXAMPLE,
        CheckpointRecord.encodeCheckpoint(new byte[]{'c', '1'}, 1_000_000_000, new long[]{5, 260}));
    var decoded = CheckpointRecord.decode(ByteBuffer.wrap(EXAMPLE), 2);
    assertNotNull(decoded);
    assertFalse(decoded.isCompaction());
    assertEquals(1_000_000_000, decoded.time());
    assertArrayEquals(new long[]{5, 260}, decoded.offsets());
    assertArrayEquals(new byte[]{'c', '1'}, decoded.id());
  }

  @Test
  void aCompactionHasTheBytesOfTheFormat() {
    var bytes = CheckpointRecord.encodeCompaction(300);
    assertArrayEquals(HexFormat.of().parseHex("02000000" + "2c010000" + "0000000000000000"), bytes);
    var decoded = CheckpointRecord.decode(ByteBuffer.wrap(bytes), 2);
    assertNotNull(decoded);
    assertTrue(decoded.isCompaction());
    assertEquals(300, decoded.retained());
  }

  @Test
  void theLongestIdOfTheMostShardsFits() {
    var id = new byte[CheckpointRecord.MAX_ID];
    Arrays.fill(id, (byte) 7);
    var bytes = CheckpointRecord.encodeCheckpoint(id, -1, new long[ShardNames.MAX_SHARDS]);
    assertEquals(CheckpointRecord.maxSize(ShardNames.MAX_SHARDS), bytes.length);
    var decoded = CheckpointRecord.decode(ByteBuffer.wrap(bytes), ShardNames.MAX_SHARDS);
    assertNotNull(decoded);
    assertArrayEquals(id, decoded.id());
    assertEquals(-1, decoded.time());
  }

  @Test
  void whatIsOfAnotherShapeIsNoCheckpoint() {
    assertNull(CheckpointRecord.decode(ByteBuffer.wrap(EXAMPLE), 3), "of another number of shards");
    for (var length = 0; length < EXAMPLE.length; length++) {
      assertNull(CheckpointRecord.decode(ByteBuffer.wrap(EXAMPLE, 0, length), 2), "cut to " + length);
    }
    assertNull(CheckpointRecord.decode(ByteBuffer.wrap(Arrays.copyOf(EXAMPLE, EXAMPLE.length + 1)), 2), "too long");
    var negative = EXAMPLE.clone();
    negative[23] = (byte) 0x80;
    assertNull(CheckpointRecord.decode(ByteBuffer.wrap(negative), 2), "a negative offset");
    var newer = EXAMPLE.clone();
    newer[0] = 3;
    assertFalse(CheckpointRecord.isKnown(ByteBuffer.wrap(newer)));
    assertTrue(CheckpointRecord.isKnown(ByteBuffer.wrap(EXAMPLE)));
  }
}
