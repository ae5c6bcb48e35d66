package dev.holdfast.snapshot;

/**
 * A snapshot there is.
 *
 * @param file the name of its file
 * @param end the state has every record below this id, and nothing else
 * @param size of the file, in bytes
 */
public record SnapshotInfo(String file, long end, long size) {}
