package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.small;
import static dev.holdfast.power.Step.append;
import static dev.holdfast.power.Step.batch;
import static dev.holdfast.power.Step.reopen;
import static dev.holdfast.power.Step.truncateFrom;

import dev.holdfast.SyncPolicy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the explorer has found, with as few steps as are needed; every recovery is crashed at every operation. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExploredFailuresTest {

  private static void explore(SyncPolicy policy, Step... steps) {
    var report = CrashedLog.explorer("explored failure", small().syncPolicy(policy).build(), _ -> List.of(steps))
        .nested(1, 60).explore();
    System.out.println(report);
  }

  /**
   * The torn first segment was renamed before the one that replaces it had its name; between the two the stream had no
   * segment, and was refused: "MISSING_SEGMENT".
   */
  @Test
  void aStreamWhoseFirstRecordWasTornIsNotRefusedAfterACrashOfTheNextAppend() {
    explore(SyncPolicy.BATCH_ONLY, append("a", 1381));
  }

  /** Likewise of a stream that was emptied and closed. */
  @Test
  void anEmptiedStreamIsNotRefusedAfterACrashOfTheNextAppend() {
    explore(SyncPolicy.STRICT, batch("a", 2, 200), truncateFrom("a", 1000), reopen());
  }

  /**
   * The segment that truncateFrom had begun, empty and sealed, was renamed before its successor had its name; between
   * the two its predecessor's records beyond the cut were back.
   */
  @Test
  void whatTruncateFromHasCutOffDoesNotComeBackWhenTheNextAppendCrashes() {
    explore(SyncPolicy.ASYNC, batch("a", 2, 200), truncateFrom("a", 1), reopen(), append("a", 484));
  }

  /** Likewise when what follows is another truncation. */
  @Test
  void whatTruncateFromHasCutOffDoesNotComeBackWhenTheNextTruncationCrashes() {
    explore(SyncPolicy.STRICT, batch("a", 3, 200), truncateFrom("a", 1), reopen(), truncateFrom("a", 1));
  }
}
