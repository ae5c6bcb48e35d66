package dev.holdfast.storage;

import java.nio.channels.ClosedChannelException;

/** A closed file that says which one it is. */
final class ClosedFileException extends ClosedChannelException {
  private static final long serialVersionUID = 1L;

  private final String name;

  ClosedFileException(String name) {
    this.name = name;
  }

  @Override
  public String getMessage() {
    return name + ": the file has been closed";
  }
}
