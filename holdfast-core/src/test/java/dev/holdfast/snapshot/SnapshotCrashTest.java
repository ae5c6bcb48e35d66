package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.testkit.CrashExplorer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes before every operation of a state that is changed, published, truncated and recovered, and within recoveries.
 * A failure prints a line for {@code CrashExplorer.replay}; {@code -Dholdfast.explore.images} says how much is tried of
 * each, and {@code -Dholdfast.explore.seed} what.
 */
@Timeout(570)
class SnapshotCrashTest {

  static Stream<SnapshotProgram> programs() {
    return Stream.of(new SnapshotProgram(SyncPolicy.STRICT, 1, false),
        new SnapshotProgram(SyncPolicy.ASYNC, 2, false), new SnapshotProgram(SyncPolicy.BATCH_ONLY, 1, false),
        new SnapshotProgram(SyncPolicy.STRICT, 2, true), new SnapshotProgram(SyncPolicy.ASYNC, 1, true));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void whateverACrashLeavesTheSameStateIsRecovered(SnapshotProgram program) {
    var atLeast = Long.getLong("holdfast.explore.images", 1500);
    var report = CrashExplorer.of(program).seed(Long.getLong("holdfast.explore.seed", 1)).images(atLeast).states(6, 2)
        .nested(40, 3).powerCuts(3).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= atLeast, report::toString);
  }
}
