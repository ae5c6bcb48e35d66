package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.internal.segment.OpenFiles;
import dev.holdfast.internal.segment.ReadersLock;
import dev.holdfast.internal.segment.SegmentFiles;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where a stream lives, whether or not it exists yet.
 *
 * @param parent the directory of the stream's directory
 * @param name the name of the stream
 * @param label what the stream's directory is called in messages
 * @param open the files kept open
 * @param mapped whether sealed segments are mapped
 * @param readers whether others read the log
 */
public record StreamHome(Directory parent, String name, String label, OpenFiles open, boolean mapped,
    ReadersLock readers) {
  /** What the name of a directory begins with in which a stream is being created. */
  public static final String CREATING = "~new-";
  /** What the name of a directory begins with whose stream has been deleted. */
  public static final String DELETED = "~deleted-";
  static final long FIRST_SIZE = 64 * 1024;

  /** Returns the stream's files, if it exists. */
  public Optional<SegmentFiles> files() throws IOException {
    var directory = Names.encode(name);
    return parent.exists(directory) ? Optional.of(filesIn(parent.subdirectory(directory))) : Optional.empty();
  }

  private SegmentFiles filesIn(Directory directory) {
    return new SegmentFiles(directory, label, Names.hash(name), open, mapped);
  }

  /**
   * Creates the stream, durably: STATE and an empty segment are made in a directory with a temporary name, everything
   * is synced, then the directory gets its name. A crash before that leaves the temporary one, which the next open of
   * the log removes.
   */
  StateSlot create(long streamId, SegmentHeader header, boolean preallocate) throws IOException {
    var temporary = CREATING + Names.encode(name);
    remove(temporary);
    var directory = parent.createSubdirectory(temporary);
    var slot = new StateSlot(1, header.epoch(), 0, 0, 0, header.nameHash(), streamId);
    try (var state = directory.create(Names.STATE, StateSlot.FILE_SIZE)) {
      state.write(ByteBuffer.wrap(slot.encodeFile()), 0);
      state.force();
    }
    try (var segment = directory.create(Names.segment(0), preallocate ? header.reserved() : 0)) {
      segment.write(header.encode(), 0);
      segment.write(StartFrame.FIRST.encode(header.salt(), 0, 0, 0), SegmentHeader.SIZE);
      segment.force();
    }
    directory.sync();
    return slot.repeated();
  }

  /** Gives the directory that was made its name, durably: from here on the stream exists. */
  SegmentFiles nameIt() throws IOException {
    parent.rename(CREATING + Names.encode(name), Names.encode(name));
    parent.sync();
    return filesIn(parent.subdirectory(Names.encode(name)));
  }

  /** Returns whether the directory that was made still waits for its name; false also if that cannot be found out. */
  boolean isUnnamed() {
    try {
      return parent.exists(CREATING + Names.encode(name));
    } catch (IOException e) {
      Log.debug("whether a stream has its name is not known", e);
      return false;
    }
  }

  /**
   * Deletes the stream, if it exists: after the rename is durable it does not any more, whatever of it is still there.
   */
  public void delete() throws IOException {
    var directory = Names.encode(name);
    if (!parent.exists(directory)) {
      return;
    }
    var n = 0;
    while (parent.exists(DELETED + n + "-" + directory)) {
      n++;
    }
    var grave = DELETED + n + "-" + directory;
    parent.rename(directory, grave);
    parent.sync();
    try {
      remove(grave);
    } catch (IOException e) { // the stream is gone all the same
      Log.warning("what is left of stream '" + name + "' is deleted at the next open", e);
    }
  }

  private void remove(String directory) throws IOException {
    removeTree(parent, directory);
  }

  /** Deletes a directory of files, if it exists. */
  public static void removeTree(Directory parent, String name) throws IOException {
    if (!parent.exists(name)) {
      return;
    }
    var directory = parent.subdirectory(name);
    for (var file : directory.list()) {
      directory.delete(file);
    }
    parent.delete(name);
  }
}
