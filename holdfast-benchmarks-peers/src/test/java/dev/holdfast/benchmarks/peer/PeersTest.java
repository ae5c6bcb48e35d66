package dev.holdfast.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer keeps what it is given: a comparison with one that does not would be worth nothing. */
class PeersTest {
  private static final int RECORD_SIZE = 300;

  @TempDir
  Path directory;

  static Stream<Named> peersAndGuarantees() {
    return Stream.concat(Stream.of(new HoldfastPeer()), Peers.all().stream())
        .flatMap(peer -> Stream.of(Guarantee.values()).map(guarantee -> new Named(peer, guarantee)));
  }

  /** A peer, with a name for the test report. */
  record Named(Peer peer, Guarantee guarantee) {
    @Override
    public String toString() {
      return peer.name() + ", " + guarantee;
    }
  }

  @ParameterizedTest
  @MethodSource("peersAndGuarantees")
  void readsBackWhatItWasGiven(Named named) throws Exception {
    Peer peer = named.peer();
    assumeTrue(peer.unavailable().isEmpty(), () -> peer.unavailable().orElseThrow());
    List<byte[]> records = records();
    try (PeerLog log = peer.open(directory.resolve("log"), named.guarantee(), Shape.ofRecords(RECORD_SIZE))) {
      for (byte[] record : records.subList(0, 10)) {
        log.append(record);
      }
      if (peer.abilities().contains(Ability.BATCH)) {
        log.appendBatch(records.subList(10, records.size()));
      } else {
        for (byte[] record : records.subList(10, records.size())) {
          log.append(record);
        }
      }
      log.sync();
      if (peer.abilities().contains(Ability.SCAN)) {
        assertScanned(records, log);
      }
      if (peer.abilities().contains(Ability.GET)) {
        assertArrayEquals(records.get(13), log.get(13));
        assertArrayEquals(records.getFirst(), log.get(0));
      }
      if (peer.abilities().contains(Ability.TAIL)) {
        assertTailed(records.get(3), log);
      }
    }
  }

  private static void assertScanned(List<byte[]> records, PeerLog log) throws Exception {
    List<byte[]> found = new ArrayList<>();
    assertEquals(records.size(), log.scan(record -> found.add(copy(record))));
    for (int i = 0; i < records.size(); i++) {
      assertArrayEquals(records.get(i), found.get(i), "record " + i);
    }
  }

  private static void assertTailed(byte[] record, PeerLog log) throws Exception {
    try (PeerLog.Tail tail = log.tail()) {
      assertNull(tail.poll());
      log.append(record);
      ByteBuffer delivered = tail.poll();
      assertNotNull(delivered);
      assertArrayEquals(record, copy(delivered));
      assertNull(tail.poll());
    }
  }

  private static byte[] copy(ByteBuffer record) {
    byte[] copy = new byte[record.remaining()];
    record.get(copy);
    return copy;
  }

  private static List<byte[]> records() {
    var random = new Random(7);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] record = new byte[random.nextInt(RECORD_SIZE) + 1];
      random.nextBytes(record);
      records.add(record);
    }
    return records;
  }
}
