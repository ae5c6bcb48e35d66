package dev.holdfast.internal.stream;

import dev.holdfast.internal.format.Names;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps the bytes of segments that hold something and no longer belong to the log, before a new history begins.
 *
 * <p>
 * The segment that begins right at the end is copied and stays where it is, until the new history's first segment
 * replaces it in one step, or it is deleted as a left-over of the former one: were it renamed, a crash before the new
 * one is there would leave nothing that says where the log ends, and what {@code truncateFrom} has cut off before it
 * would be back, or the stream would have no segment at all.
 *
 * @param names of the segments
 * @param end where the log ends
 */
record SetAside(List<String> names, long end) {
  static final SetAside NOTHING = new SetAside(List.of(), 0);
  private static final int CHUNK = 1 << 16;

  /** Copies the segment at the end; if that fails, nothing has changed. */
  void copyFirst(Directory directory, long newEpoch) throws IOException {
    var name = Names.segment(end);
    if (!names.contains(name)) {
      return;
    }
    var temporary = newEpoch + "-cut" + Names.PREPARED; // deleted by the next open if it stays behind
    try {
      copy(directory, name, temporary);
      directory.rename(temporary, nameAside(name, newEpoch));
    } catch (IOException | RuntimeException e) {
      try {
        directory.delete(temporary);
      } catch (IOException | RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static void copy(Directory directory, String name, String copy) throws IOException {
    try (var from = directory.open(name, Access.READ); var to = directory.create(copy, 0)) {
      var chunk = ByteBuffer.allocate((int) Math.min(CHUNK, from.size()));
      for (long position = 0; from.read(chunk.clear(), position) > 0; position += chunk.limit()) {
        to.write(chunk.flip(), position);
      }
      to.force();
    }
  }

  /**
   * Renames the others, the last one first, each durably before the one in front of it: a crash that left a gap between
   * two would look as if a segment had been lost, and the stream would be refused.
   */
  void renameOthers(Directory directory, long newEpoch) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    for (var name : lastFirst()) {
      if (!name.equals(Names.segment(end))) {
        directory.rename(name, nameAside(name, newEpoch));
        directory.sync();
      }
    }
    directory.sync(); // the copy has its name before the segment loses its
  }

  private List<String> lastFirst() {
    return names.stream().sorted(Comparator.comparingLong(Names::firstId).reversed()).toList();
  }

  private static String nameAside(String name, long newEpoch) {
    return name + "." + newEpoch + Names.SET_ASIDE;
  }
}
