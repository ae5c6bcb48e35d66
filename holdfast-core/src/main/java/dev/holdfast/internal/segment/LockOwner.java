package dev.holdfast.internal.segment;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;

/**
 * Who holds a writer's lock, as text for people.
 *
 * @param directory where it is noted
 * @param file in which file
 */
public record LockOwner(Directory directory, String file) {
  private static final int MAX_LENGTH = 1 << 16;

  /**
   * Notes this process. Nothing is synced: after a power loss nobody holds the lock. On a full disk a log must open all
   * the same, or nobody could make space in it: a failure is only logged.
   */
  public void write() {
    try {
      try {
        writeInPlace(Note.BYTES);
      } catch (AccessDeniedException e) {
        Log.debug("the note was another user's", e);
        directory.writeAtomically(file, Note.BYTES);
      }
    } catch (IOException e) {
      Log.warning("who has the log in " + directory.path().map(Object::toString).orElse("this directory")
          + " open could not be written down", e);
    }
  }

  private void writeInPlace(byte[] note) throws IOException {
    var there = directory.exists(file);
    try (var open = there ? directory.open(file, Access.READ_WRITE) : directory.create(file, 0)) {
      open.write(ByteBuffer.wrap(note), 0);
      open.truncate(note.length);
    }
  }

  /** Returns what was noted last, on one line. */
  public String read() {
    try {
      return new String(directory.read(file, MAX_LENGTH), StandardCharsets.UTF_8).strip().replace("\n", ", ");
    } catch (IOException e) {
      return "somebody who has not said who";
    }
  }

  /** Asked for once: the system is asked for much more of the process, its user among it, each time. */
  private static final class Note {
    static final byte[] BYTES = ofThisProcess().getBytes(StandardCharsets.UTF_8);

    private static String ofThisProcess() {
      var process = ProcessHandle.current();
      return "pid=" + process.pid() + "\ncommand=" + process.info().command().orElse("?") + "\n";
    }
  }
}
