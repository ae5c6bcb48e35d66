package dev.holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The standard output: UTF-8, and errors are not lost as a {@link java.io.PrintStream} would lose them. */
final class Output {
  private final OutputStream stream;

  Output(OutputStream stream) {
    this.stream = stream;
  }

  OutputStream stream() {
    return stream;
  }

  /** Writes a text and a line feed. */
  Output line(String text) {
    return write(text.getBytes(StandardCharsets.UTF_8)).write('\n');
  }

  Output write(byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException e) {
      throw new OutputException(e);
    }
    return this;
  }

  Output write(int oneByte) {
    try {
      stream.write(oneByte);
    } catch (IOException e) {
      throw new OutputException(e);
    }
    return this;
  }

  void flush() {
    try {
      stream.flush();
    } catch (IOException e) {
      throw new OutputException(e);
    }
  }
}
