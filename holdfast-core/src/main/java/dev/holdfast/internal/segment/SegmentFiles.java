package dev.holdfast.internal.segment;

import dev.holdfast.CorruptionException;
import dev.holdfast.storage.Directory;

/**
 * Where the segments of one stream are and how they are read.
 *
 * @param directory the stream's directory
 * @param label what its files are called in messages: its path below the log's directory
 * @param nameHash hash of the stream's name
 * @param open the files kept open
 * @param mapped whether sealed segments are mapped
 */
public record SegmentFiles(Directory directory, String label, long nameHash, OpenFiles open, boolean mapped) {

  /** Returns what a file is called in messages. */
  public String labelOf(String file) {
    return label + "/" + file;
  }

  /** Returns the exception for damage found in one of the files. */
  public CorruptionException corrupt(String file, long offset, long id, String problem) {
    return new CorruptionException(labelOf(file), offset, id, problem);
  }
}
