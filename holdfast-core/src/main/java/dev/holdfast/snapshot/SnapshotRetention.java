package dev.holdfast.snapshot;

/**
 * How many snapshots stay, and with them the records since the oldest of these: so each of them can be gone on from.
 *
 * @param snapshots at least 1
 */
public record SnapshotRetention(int snapshots) {

  /** Checks the number. */
  public SnapshotRetention {
    if (snapshots < 1) {
      throw new IllegalArgumentException("snapshots must be at least 1, not " + snapshots);
    }
  }

  /** Keeps so many snapshots, and the records since the oldest of them. */
  public static SnapshotRetention keep(int snapshots) {
    return new SnapshotRetention(snapshots);
  }
}
