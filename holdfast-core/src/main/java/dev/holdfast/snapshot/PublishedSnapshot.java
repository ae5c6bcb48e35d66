package dev.holdfast.snapshot;

import dev.holdfast.IdRange;
import java.util.List;

/**
 * What a publication did.
 *
 * @param snapshot the snapshot
 * @param deleted the snapshots that went
 * @param truncated the records that went
 */
public record PublishedSnapshot(SnapshotInfo snapshot, List<SnapshotInfo> deleted, IdRange truncated) {

  /** Copies the list. */
  public PublishedSnapshot {
    deleted = List.copyOf(deleted);
  }
}
