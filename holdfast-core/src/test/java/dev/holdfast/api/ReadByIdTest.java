package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records are found by their id, whatever is around them: where one is may be calculated from its neighbours. */
class ReadByIdTest extends BackendTest {
  private static final long SEED = 4096;
  private static final int RECORDS = 3_000;

  private static byte[] record(int id, int size) {
    var bytes = new byte[size];
    new Random(SEED * id).nextBytes(bytes);
    return bytes;
  }

  private Wal open(ReadStrategy strategy) throws IOException {
    return open(smallSegments().maxSegmentSize(1 << 17).syncPolicy(SyncPolicy.ASYNC).readStrategy(strategy));
  }

  /** Reads every record several times in random order: the first one to look steps, the next ones calculate. */
  private static void assertAll(LogStream stream, List<byte[]> expected) {
    var random = new Random(SEED);
    for (var i = 0; i < 3 * expected.size(); i++) {
      var id = random.nextInt(expected.size());
      assertArrayEquals(expected.get(id), stream.get(id).orElseThrow(), "record " + id);
      assertTrue(stream.get(id, (_, payload) -> assertEquals(ByteBuffer.wrap(expected.get(id)), payload)));
    }
  }

  private void assertFound(ReadStrategy strategy, IntUnaryOperator sizes) throws IOException {
    var expected = new ArrayList<byte[]>();
    try (var wal = open(strategy)) {
      var stream = wal.stream("s");
      for (var id = 0; id < RECORDS; id++) {
        expected.add(record(id, sizes.applyAsInt(id)));
        stream.append(expected.get(id));
        if (id % 1_000 == 700) {
          assertAll(stream, expected);
        }
      }
    }
    try (var wal = open(strategy)) {
      assertAll(wal.stream("s"), expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void recordsOfOneSize(ReadStrategy strategy) throws IOException {
    assertFound(strategy, _ -> 100);
  }

  @ParameterizedTest
  @EnumSource
  void recordsOfTwoSizesInTurn(ReadStrategy strategy) throws IOException {
    assertFound(strategy, id -> id % 2 == 0 ? 32 : 160);
  }

  @ParameterizedTest
  @EnumSource
  void oneRecordOfAnotherSizeNowAndThen(ReadStrategy strategy) throws IOException {
    assertFound(strategy, id -> id % 37 == 0 ? 5_000 : 96);
  }

  @ParameterizedTest
  @EnumSource
  void sizesThatFillTheSameFrame(ReadStrategy strategy) throws IOException {
    assertFound(strategy, id -> 97 + id % 8);
  }

  @ParameterizedTest
  @EnumSource
  void batchesBetweenRecordsOfTheSameSize(ReadStrategy strategy) throws IOException {
    var expected = new ArrayList<byte[]>();
    try (var wal = open(strategy)) {
      var stream = wal.stream("s");
      while (expected.size() < RECORDS) {
        var id = expected.size();
        var batch = new ArrayList<byte[]>();
        for (var i = 0; i < 1 + id % 3; i++) {
          batch.add(record(id + i, 24)); // with its length 28, so that three of them and a record have like sizes
        }
        stream.appendBatch(batch);
        expected.addAll(batch);
        expected.add(record(expected.size(), 56));
        stream.append(expected.getLast());
      }
      assertAll(stream, expected);
    }
    try (var wal = open(strategy)) {
      assertAll(wal.stream("s"), expected);
    }
  }

  /**
   * Frames of 48 and 208 bytes in turn are 128 on average, and where the second of two of 128 would begin a payload has
   * a frame of that size and id: made with the salt of the very segment, as only who reads its file can.
   */
  @ParameterizedTest
  @EnumSource
  void framesForgedWithinPayloadsAreNoRecords(ReadStrategy strategy) throws IOException {
    var expected = new ArrayList<byte[]>();
    try (var wal = open(strategy)) {
      var stream = wal.stream("s");
      expected.add(record(0, 16));
      stream.append(expected.getFirst());
      var salt = salt();
      for (var id = 1; id < 300; id++) {
        expected.add(id % 2 == 0 ? record(id, 16) : forged(record(id, 176), 48, salt, id));
        stream.append(expected.getLast());
      }
      assertAll(stream, expected);
    }
    try (var wal = open(strategy)) {
      assertAll(wal.stream("s"), expected);
    }
  }

  /** Fills a payload from {@code at} on with a frame. */
  private static byte[] forged(byte[] payload, int at, long salt, int id) {
    var length = payload.length - at - Frame.HEADER;
    Arrays.fill(payload, at + Frame.HEADER, payload.length, (byte) 'X');
    var buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    Frame.putHeader(buffer, at, length, id, 1, 0, 0, Frame.RECORD);
    buffer.putInt(at + Frame.CHECKSUM, new FrameChecksum().of(salt, payload, at, length));
    return payload;
  }

  private long salt() throws IOException {
    try (var file = root().subdirectory("streams").subdirectory("s").open(Names.segment(0), Access.READ)) {
      var bytes = ByteBuffer.allocate(SegmentHeader.SIZE);
      assertEquals(SegmentHeader.SIZE, file.read(bytes, 0));
      return Objects.requireNonNull(SegmentHeader.decode(bytes.flip(), file.name())).salt();
    }
  }

  @Test
  void recordsCutAndWrittenAgainInAnotherSize() throws IOException {
    try (var wal = open(ReadStrategy.MMAP)) {
      var stream = wal.stream("s");
      var expected = new ArrayList<byte[]>();
      for (var round = 0; round < 6; round++) {
        while (expected.size() < 1_000) {
          expected.add(record(expected.size() + round, 40 + 8 * round));
          stream.append(expected.getLast());
        }
        assertAll(stream, expected);
        var from = 800 - 150 * round;
        stream.truncateFrom(Math.max(0, from));
        expected.subList(Math.max(0, from), expected.size()).clear();
      }
    }
  }
}
