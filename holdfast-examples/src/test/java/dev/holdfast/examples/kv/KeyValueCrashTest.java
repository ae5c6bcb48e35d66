package dev.holdfast.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.CrashExplorer;
import dev.holdfast.testkit.CrashFailure;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes the store before every operation of its disk: while it changes, is compacted, is opened again, and recovers.
 * {@code -Dholdfast.explore.images} says how much is tried of each, {@code -Dholdfast.explore.seed} what.
 */
@Timeout(300)
class KeyValueCrashTest {

  static Stream<SnapshotPolicy> compactions() {
    return Stream.of(SnapshotPolicy.onDemand(), SnapshotPolicy.everyRecords(5));
  }

  @ParameterizedTest
  @MethodSource("compactions")
  void everyAcknowledgedChangeSurvivesEveryCrash(SnapshotPolicy compaction) {
    var atLeast = Long.getLong("holdfast.explore.images", 1_000);
    var report = CrashExplorer.of(new KeyValueProgram(SyncPolicy.STRICT, compaction))
        .seed(Long.getLong("holdfast.explore.seed", 1))
        .images(atLeast).states(6, 2).nested(30, 4).powerCuts(3).threads(2).explore();
    System.out.println(report);
    assertTrue(report.distinctImages() >= atLeast, report::toString);
  }

  /** Wrong on purpose: it says that a change is kept before it is durable. */
  @Test
  void acknowledgingBeforeTheSyncIsFoundOut() {
    var explorer = CrashExplorer.of(new KeyValueProgram(SyncPolicy.ASYNC, SnapshotPolicy.onDemand())).images(1_000);
    var failure = assertThrows(CrashFailure.class, explorer::explore);
    assertTrue(failure.commands().size() <= 1, failure::getMessage); // none, if a put after a crash shows it
  }

  /** Otherwise the crashes above would miss what is to be tried. */
  @Test
  void theStoreThatIsCrashedDropsChangesFromItsLog() throws Exception {
    var directory = new MemoryDirectory();
    try (var store = KeyValueStore.open(directory, KeyValueProgram.OPTIONS, SnapshotPolicy.everyRecords(5))) {
      for (var i = 0; i < 40; i++) {
        store.put("key", "value " + i);
      }
      var segments = directory.subdirectory("streams").subdirectory(KeyValueStore.STREAM);
      for (var i = 0; i < 20_000 && segments.exists("00000000000000000000.seg"); i++) {
        Thread.sleep(1); // for the background, which closing does not wait for if it has not begun
      }
    }
    try (var wal = Wal.open(directory, KeyValueProgram.OPTIONS)) {
      assertEquals(40, wal.stream(KeyValueStore.STREAM).nextId());
      assertTrue(wal.stream(KeyValueStore.STREAM).firstId() > 0, "the log has been truncated in the background");
    }
    try (var store = KeyValueStore.open(directory, KeyValueProgram.OPTIONS, SnapshotPolicy.onDemand())) {
      assertEquals(40, store.compact().snapshot().end());
      assertEquals("value 39", store.get("key").orElseThrow());
    }
  }
}
