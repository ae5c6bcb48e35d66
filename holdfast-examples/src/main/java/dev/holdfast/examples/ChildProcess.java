package dev.holdfast.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** What the examples that kill a process of their own have in common. */
public final class ChildProcess {
  private ChildProcess() {}

  /**
   * What is done in a directory.
   *
   * @param <T> what comes out of it
   */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T in(Path directory) throws IOException;
  }

  /**
   * Runs {@link Main} in a process of its own, kills it with {@code kill -9} when it has said enough, and reads what it
   * had said until then to the end.
   *
   * @param args the arguments of {@link Main}
   * @param enough is told each line, and returns true when the process is to be killed
   * @throws IOException if it has ended by itself
   */
  public static void runAndKill(List<String> args, Predicate<String> enough) throws IOException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(args);
    var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var killed = false;
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = said.readLine(); line != null; line = said.readLine()) {
        if (enough.test(line) && !killed) {
          killed = process.toHandle().destroyForcibly(); // leaves the pipe open: what is in it was said before
        }
      }
    } finally {
      process.destroyForcibly().onExit().join();
    }
    if (!killed) {
      throw new IOException("the process has ended by itself; its error output says why");
    }
  }

  /** Throws an {@link IllegalArgumentException} if there is something in a directory. */
  public static void requireEmpty(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var files = Files.list(directory)) {
        if (files.findAny().isPresent()) {
          throw new IllegalArgumentException(directory + " is not empty");
        }
      }
    }
  }

  /** Works in a new directory beside the working directory, which is removed afterwards. */
  public static <T> T inTemporaryDirectory(String prefix, Work<T> work) throws IOException {
    var directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), prefix);
    try {
      return work.in(directory);
    } finally {
      try (var files = Files.walk(directory)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
