package dev.holdfast.snapshot;

import dev.holdfast.Compression;
import dev.holdfast.CorruptionException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.SnapshotMarkerRecord;
import dev.holdfast.internal.log.LogParts;
import dev.holdfast.internal.stream.EngineStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream of the system with a record for each snapshot published, of all streams of a log. The newest thousand or
 * so are kept.
 */
final class SnapshotMarkers {
  private static final String STREAM = "snapshots";
  private static final int KEPT = 1000;
  private static final int SEGMENT = 1 << 18;
  private static final int MAX_RECORD = 1024; // a name has at most 200 bytes
  private static final int RECORDS_PER_SEGMENT = 500;

  private SnapshotMarkers() {}

  private static EngineStream stream(Wal wal) {
    var options = LogParts.options(wal).toBuilder().syncPolicy(SyncPolicy.STRICT).maxSegmentSize(SEGMENT)
        .maxRecordsPerSegment(RECORDS_PER_SEGMENT).maxRecordSize(MAX_RECORD)
        .maxBatchSize(MAX_RECORD).compression(Compression.NONE).preallocate(false).build();
    return LogParts.systemStream(wal, STREAM, options);
  }

  /** Throws if none could be added, for all that is known. */
  static void open(Wal wal) {
    stream(wal).awaitAppended(); // also a stream that has failed is there
  }

  /** Notes, durably, that a snapshot is there. */
  static void add(Wal wal, EngineStream stream, SnapshotInfo snapshot) {
    var markers = stream(wal);
    markers.append(
        new SnapshotMarkerRecord(stream.name(), stream.streamId(), snapshot.end(), snapshot.size()).encode());
    markers.truncateBefore(Math.max(markers.firstId(), markers.nextId() - KEPT));
  }

  /** Returns those of a stream, oldest first, and not of another one that had its name before it. */
  static List<SnapshotMarker> of(Wal wal, EngineStream stream) {
    var found = new ArrayList<SnapshotMarker>();
    if (!exists(wal)) {
      return found;
    }
    try (var records = stream(wal).records(0)) {
      records.forEach(record -> {
        var marker = SnapshotMarkerRecord.decode(record.payload());
        if (marker == null) {
          throw new CorruptionException("system/" + STREAM, 0, record.id(), "this record is no marker of a snapshot");
        }
        if (marker.stream().equals(stream.name()) && marker.streamId() == stream.streamId()) {
          found.add(new SnapshotMarker(stream.name(), marker.end(), marker.size(), record.time()));
        }
      });
    }
    return found;
  }

  private static boolean exists(Wal wal) {
    try {
      return LogParts.hasSystemStream(wal, STREAM);
    } catch (IOException e) {
      throw new WalIOException("cannot look for system/" + STREAM + ": " + e.getMessage(), e);
    }
  }
}
