package dev.holdfast.shard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.testkit.CrashExplorer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes before every operation of a sharded log on two roots, from its creation on, and within recoveries. A failure
 * prints a line for {@code CrashExplorer.replay}; {@code -Dholdfast.power.images} says how much is tried, and
 * {@code -Dholdfast.power.seed} what.
 */
@Timeout(570)
class ShardedCrashTest {

  static Stream<SyncPolicy> policies() {
    return Stream.of(SyncPolicy.STRICT, SyncPolicy.ASYNC);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whateverACrashLeavesThePromisesAreKept(SyncPolicy policy) {
    var report = CrashExplorer.of(new ShardedProgram(policy)).seed(Long.getLong("holdfast.power.seed", 1))
        .images(Long.getLong("holdfast.power.images", 0)).states(6, 2).nested(40, 3).powerCuts(3).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() > 300, report::toString);
  }
}
