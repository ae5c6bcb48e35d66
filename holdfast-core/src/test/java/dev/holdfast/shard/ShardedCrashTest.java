package dev.holdfast.shard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.testkit.CrashExplorer;
import dev.holdfast.testkit.CrashProgram;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes before every operation of a sharded log on two roots, from its creation on, and within recoveries. A failure
 * prints a line for {@code CrashExplorer.replay}; {@code -Dholdfast.explore.images} says how much is tried of each, and
 * {@code -Dholdfast.explore.seed} what.
 */
@Timeout(570)
class ShardedCrashTest {

  static Stream<SyncPolicy> policies() {
    return Stream.of(SyncPolicy.STRICT, SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whateverACrashLeavesThePromisesAreKept(SyncPolicy policy) {
    explore(new ShardedProgram(policy), 1500);
  }

  @Test
  void thePromisesAreKeptWhileManyThreadsAppendTakePruneAndCompact() {
    explore(new ConcurrentProgram(), 1500);
  }

  private static void explore(CrashProgram<?, ?> program, long images) {
    var atLeast = Long.getLong("holdfast.explore.images", images);
    var report = CrashExplorer.of(program).seed(Long.getLong("holdfast.explore.seed", 1)).images(atLeast).states(6, 2)
        .nested(40, 3).powerCuts(3).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= atLeast, report::toString);
  }
}
