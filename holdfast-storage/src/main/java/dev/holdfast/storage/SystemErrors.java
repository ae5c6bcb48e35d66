package dev.holdfast.storage;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Turns what the system reports into errors that name the file and tell a full disk from a broken one. */
final class SystemErrors {

  private SystemErrors() {}

  /** Returns the error to throw instead of {@code e}, which happened to {@code file}. */
  static IOException of(Path file, IOException e) {
    if (e instanceof OutOfSpaceException) {
      return e;
    }
    if (e instanceof ClosedChannelException) {
      ClosedFileException closed = new ClosedFileException(file.toString());
      closed.initCause(e);
      return closed;
    }
    String reason = e instanceof FileSystemException fs ? fs.getReason() : e.getMessage();
    if (isOutOfSpace(reason)) {
      return new OutOfSpaceException(file + ": " + reason, e);
    }
    // A FileSystemException names its file already, and its type says more than its text.
    return e instanceof FileSystemException ? e : new IOException(file + ": " + reason, e);
  }

  /** The JDK hands on the text of an error but not its number, so the text is what there is to go by. */
  private static boolean isOutOfSpace(@Nullable String reason) {
    return reason != null && (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")
        || reason.equals(LocalText.OUT_OF_SPACE));
  }

  /**
   * The system words its errors in the user's language; a device that is always full says how it would put this one.
   */
  private static final class LocalText {
    static final @Nullable String OUT_OF_SPACE = ask();

    private static @Nullable String ask() {
      try (FileOutputStream full = new FileOutputStream("/dev/full")) {
        full.write(0);
        return null;
      } catch (IOException e) {
        return e.getMessage();
      }
    }
  }
}
