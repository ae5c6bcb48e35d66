package dev.holdfast.recordlog;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.CrashExplorer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Crashes before every operation of a record log, from its creation on, and within recoveries. A failure prints a line
 * for {@code CrashExplorer.replay}; {@code -Dholdfast.explore.images} says how much is tried, and
 * {@code -Dholdfast.explore.seed} what.
 */
@Timeout(570)
class RecordLogCrashTest {

  @Test
  void whateverACrashLeavesThePromisesAreKept() {
    var atLeast = Long.getLong("holdfast.explore.images", 3000);
    var report = CrashExplorer.of(new RecordLogProgram()).seed(Long.getLong("holdfast.explore.seed", 1))
        .images(atLeast).states(12, 3).nested(10, 4).powerCuts(4).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= atLeast, report::toString);
  }
}
