package dev.holdfast.cli;

import java.io.IOException;

/** The standard output could not be written. */
final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputException(IOException cause) {
    super("cannot write the output: " + cause.getMessage(), cause);
  }

  /** Returns whether the program that reads our output has ended, as {@code head} does. */
  boolean readerHasGone() {
    var cause = getCause();
    var message = cause == null ? null : cause.getMessage();
    return message != null && message.contains("Broken pipe");
  }
}
