package dev.holdfast.benchmarks.syncs;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.HoldfastPeer;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.Peers;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is called durable in a comparison is: the system is asked to sync at least once for each append of one thread.
 */
class DurableAppendsSyncTest {
  private static final int APPENDS = 10;

  @TempDir
  Path directory;

  static Stream<Named<Peer>> peers() {
    return Stream.concat(Stream.of(new HoldfastPeer()), Peers.all().stream()).map(peer -> Named.of(peer.name(), peer));
  }

  @ParameterizedTest
  @MethodSource("peers")
  void everyAppendIsSynced(Peer peer) throws Exception {
    assumeTrue(peer.unavailable().isEmpty(), () -> peer.unavailable().orElseThrow());
    boolean possible = TracedAppends.possible();
    if (!possible) {
      System.err
          .println("SKIPPED: whether a durable append of " + peer.name() + " syncs needs strace, which is not here");
    }
    assumeTrue(possible, "strace is missing, or may not trace here");
    SyncTrace trace = TracedAppends.run(peer, Guarantee.DURABLE, APPENDS, directory);
    assertTrue(trace.total() >= APPENDS, trace.toString());
  }
}
