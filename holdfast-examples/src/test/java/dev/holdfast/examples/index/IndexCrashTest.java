package dev.holdfast.examples.index;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.testkit.CrashExplorer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes the log before every operation of its disk: while it changes, takes checkpoints, is opened again, and
 * recovers. {@code -Dholdfast.explore.images} says how much is tried of each, {@code -Dholdfast.explore.seed} what.
 */
@Timeout(300)
class IndexCrashTest {

  static Stream<SnapshotPolicy> checkpoints() {
    return Stream.of(SnapshotPolicy.onDemand(), SnapshotPolicy.everyRecords(4));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void everyAcknowledgedChangeSurvivesEveryCrash(SnapshotPolicy checkpoints) {
    var atLeast = Long.getLong("holdfast.explore.images", 1_000);
    var report = CrashExplorer.of(new IndexProgram(checkpoints)).seed(Long.getLong("holdfast.explore.seed", 1))
        .images(atLeast).states(6, 2).nested(30, 4).powerCuts(3).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= atLeast, report::toString);
  }
}
