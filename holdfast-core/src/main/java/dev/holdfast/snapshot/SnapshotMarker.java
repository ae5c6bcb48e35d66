package dev.holdfast.snapshot;

import java.time.Instant;

/**
 * A note in the log itself that a snapshot had been published, durable before anything was truncated for it.
 *
 * @param stream the stream
 * @param end what the snapshot covers: every record below this id
 * @param size of the snapshot's file, in bytes
 * @param time when it was published, by the clock of the writer
 */
public record SnapshotMarker(String stream, long end, long size, Instant time) {}
