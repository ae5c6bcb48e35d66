package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordLog;
import dev.holdfast.ReplayMode;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record log read while it is written. */
class RecordLogBesideAWriterTest {
  private static final String NAME = "log";

  @TempDir
  Path temporary;

  @ParameterizedTest
  @CsvSource({"1500, 300", "12, 4000000"})
  @Timeout(300)
  void aReaderSeesWhatWasAcknowledgedBeforeItLookedAndNothingElse(int count, int length) throws Exception {
    var records = Records.some(count, length);
    var acknowledged = new AtomicInteger();
    var directory = FsDirectory.open(temporary);
    var looks = 0;
    RecordLog.open(directory, NAME).close();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var reader = RecordLog.openReadOnly(directory, NAME)) {
      var writer = executor.submit(() -> {
        try (var log = RecordLog.open(directory, NAME)) {
          for (var record : records) {
            log.append(bytes(record));
            acknowledged.incrementAndGet();
          }
        }
      });
      do {
        var before = acknowledged.get();
        var found = new ArrayList<String>();
        Records.replay(reader, ReplayMode.STRICT, found);
        var after = acknowledged.get();
        assertTrue(found.size() >= before && found.size() <= after + 1, before + ", " + found.size() + ", " + after);
        assertTrue(records.subList(0, found.size()).equals(found), "other records");
        looks++;
      } while (!writer.isDone());
      writer.get();
      assertTrue(records.equals(Records.of(reader)), "other records");
    }
    System.out.println("looked " + looks + " times beside a writer");
  }

  @Test
  void aRecordIsNotSeenBeforeItIsDurable() {
    var disk = new SimulatedDisk();
    var seen = new ArrayList<List<String>>();
    try (var log = RecordLog.open(disk.root(), NAME); var reader = RecordLog.openReadOnly(disk.root(), NAME)) {
      log.append(bytes("one"));
      disk.inject(Fault.on(OperationKind.FORCE).delayedBy(() -> seen.add(Records.of(reader))));
      log.append(bytes("two"));
      assertEquals(List.of(List.of("one")), seen);
      assertEquals(List.of("one", "two"), Records.of(reader));
    }
  }

  @Test
  void whatIsUnfinishedBesideALiveWriterIsTheEndAlsoForAStrictReplay() throws IOException {
    var directory = FsDirectory.open(temporary);
    try (var log = RecordLog.open(directory, NAME); var reader = RecordLog.openReadOnly(directory, NAME)) {
      log.append(bytes("one"));
      log.append(bytes("two"));
      try (var file = directory.open(NAME, Access.READ_WRITE)) {
        file.write(ByteBuffer.wrap(bytes("torn")), 232 + 40); // where the next one goes
      }
      var found = new ArrayList<String>();
      Records.replay(reader, ReplayMode.STRICT, found);
      assertEquals(List.of("one", "two"), found);
    }
  }
}
