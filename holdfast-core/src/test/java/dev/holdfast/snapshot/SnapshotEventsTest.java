package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording shows. */
class SnapshotEventsTest {
  private static final String PUBLISHED = "dev.holdfast.SnapshotPublished";
  private static final String RECOVERED = "dev.holdfast.StateRecovered";

  @TempDir
  Path temporary;

  @Test
  void snapshotsAndRecoveriesAreRecorded() throws Exception {
    var directory = new MemoryDirectory();
    var file = temporary.resolve("events.jfr");
    SnapshotInfo snapshot;
    try (var recording = new Recording()) {
      recording.enable(PUBLISHED);
      recording.enable(RECOVERED);
      recording.start();
      var options = WalOptions.builder().maxRecordsPerSegment(5).build();
      try (var wal = Wal.open(directory, options);
          var state = Names.on(wal).snapshots(Names.SNAPSHOTS, SnapshotRetention.keep(1), SnapshotPolicy.onDemand())
              .open()) {
        Names.range(0, 12).forEach(state::append);
        snapshot = state.snapshot().snapshot();
        Names.range(12, 15).forEach(state::append);
      }
      try (var wal = Wal.open(directory, options);
          var state = Names.on(wal).snapshots(Names.SNAPSHOTS, SnapshotRetention.keep(1), SnapshotPolicy.onDemand())
              .open()) {
        assertEquals(15, state.end());
      }
      recording.stop();
      recording.dump(file);
    }
    var events = RecordingFile.readAllEvents(file);
    var published = named(events, PUBLISHED).getFirst();
    assertEquals(Names.STREAM, published.getString("stream"));
    assertEquals(12, published.getLong("end"));
    assertEquals(snapshot.size(), published.getLong("size"));
    assertEquals(10, published.getLong("truncated"));
    assertTrue(published.getDuration().isPositive());
    var recoveries = named(events, RECOVERED);
    assertEquals(List.of(-1L, 12L), recoveries.stream().map(event -> event.getLong("snapshotEnd")).toList());
    assertEquals(List.of(0L, 3L), recoveries.stream().map(event -> event.getLong("replayed")).toList());
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }
}
