package dev.holdfast.checks.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.testkit.CrashExplorer;
import dev.holdfast.testkit.CrashFailure;
import org.junit.jupiter.api.Test;

class StockCrashTest {

  @Test
  void everyChangeThatWasAcknowledgedSurvivesEveryCrash() {
    var report = CrashExplorer.of(new StockProgram(SyncPolicy.STRICT)).images(1_000).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= 1_000, report::toString);
  }

  /** Wrong on purpose: it says that a change is in the books before it is durable. */
  @Test
  void acknowledgingBeforeTheSyncIsFoundOut() {
    var explorer = CrashExplorer.of(new StockProgram(SyncPolicy.ASYNC)).images(1_000);
    var failure = assertThrows(CrashFailure.class, explorer::explore);
    System.out.println(failure.getMessage());
    assertEquals(1, failure.commands().size(), "as few changes as show it");
  }
}
