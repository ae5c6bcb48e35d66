package dev.holdfast.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * A lock on a file of a directory, held until it is closed or its process dies, whichever comes first. Closing twice
 * does nothing the second time. Safe for use by many threads.
 */
public interface DirectoryLock extends Closeable {

  /** Returns whether this lock has not been closed. */
  boolean isHeld();

  @Override
  void close() throws IOException;
}
