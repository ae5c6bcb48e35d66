package dev.holdfast.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Programs of the system that tests call. */
final class Command {
  private Command() {}

  /** Runs a program to its end, and returns what went wrong; empty if nothing did. */
  static String run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    try {
      return process.waitFor() == 0 ? "" : command[0] + ": " + output;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns those of these programs that are not installed. */
  static List<String> missing(String... programs) {
    return Stream.of(programs).filter(program -> Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)),
        Stream.of("/sbin", "/usr/sbin")).noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))).toList();
  }
}
