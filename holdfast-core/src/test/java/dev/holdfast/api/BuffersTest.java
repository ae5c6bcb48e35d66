package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Policies, buffer sizes and strategies never change what the log holds (A7, C11). */
class BuffersTest {

  /** Ways to open a log that must not be told apart by its content. */
  static final List<WalOptions> WAYS = ways();

  private static List<WalOptions> ways() {
    var policies = List.of(SyncPolicy.STRICT, SyncPolicy.BATCH_ONLY, SyncPolicy.ASYNC, SyncPolicy.everyN(7),
        SyncPolicy.every(Duration.ofMillis(2)));
    var result = new ArrayList<WalOptions>();
    for (var policy : policies) {
      for (var buffer : List.of(4096, 1 << 16, 1 << 22)) {
        result.add(WalOptions.builder().syncPolicy(policy).writeBufferSize(buffer).readBufferSize(buffer)
            .maxSegmentSize(buffer == 4096 ? 4096 : 1 << 15)
            .readStrategy(buffer == 1 << 16 ? ReadStrategy.STANDARD_IO : ReadStrategy.MMAP)
            .preallocate(buffer != 1 << 16).maxOpenSegments(buffer == 4096 ? 4 : 128).build());
      }
    }
    return result;
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void theSameAppendsGiveTheSameRecordsAndIds(WalOptions options) {
    var root = new MemoryDirectory();
    var expected = new ArrayList<byte[]>();
    try (var wal = Wal.open(root, options)) {
      appendAll(wal.stream("s"), expected);
      assertHolds(expected, wal.stream("s"));
    }
    try (var wal = Wal.open(root, options)) {
      assertHolds(expected, wal.stream("s"));
    }
  }

  private static void appendAll(LogStream stream, List<byte[]> expected) {
    var random = new Random(11); // the same every time
    for (var i = 0; i < 150; i++) {
      var next = expected.size();
      switch (random.nextInt(4)) {
        case 0 -> {
          var batch = List.of(some(random), some(random), some(random));
          assertEquals(next, stream.appendBatch(batch).start());
          expected.addAll(batch);
        }
        case 1 -> {
          var record = some(random);
          assertEquals(next, stream.appendAsync(record).join());
          expected.add(record);
        }
        default -> {
          var record = some(random);
          assertEquals(next, stream.append(record));
          expected.add(record);
        }
      }
    }
  }

  private static byte[] some(Random random) {
    var record = new byte[random.nextInt(20) == 0 ? 9000 : random.nextInt(200)];
    random.nextBytes(record);
    return record;
  }

  private static void assertHolds(List<byte[]> expected, LogStream stream) {
    assertEquals(expected.size(), stream.nextId());
    try (var cursor = stream.read(0)) {
      for (var record : expected) {
        cursor.next();
        assertArrayEquals(record, cursor.copyPayload());
      }
    }
    for (var id = 0; id < expected.size(); id++) {
      assertArrayEquals(expected.get(id), stream.get(id).orElseThrow());
    }
  }
}
