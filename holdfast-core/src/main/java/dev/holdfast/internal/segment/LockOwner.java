package dev.holdfast.internal.segment;

import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Who holds a writer's lock, as text for people.
 *
 * @param directory where it is noted
 * @param file in which file
 */
public record LockOwner(Directory directory, String file) {
  private static final int MAX_LENGTH = 1 << 16;

  /**
   * Notes this process. On a full disk a log must open all the same, or nobody could make space in it: a failure is
   * only logged.
   */
  public void write() {
    try {
      var process = ProcessHandle.current();
      directory.writeAtomically(file,
          ("pid=" + process.pid() + "\ncommand=" + process.info().command().orElse("?") + "\n")
              .getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      Log.warning("who has the log in " + directory.path().map(Object::toString).orElse("this directory")
          + " open could not be written down", e);
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
}
