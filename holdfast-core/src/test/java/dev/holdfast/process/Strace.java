package dev.holdfast.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes system calls of a running process fail, from when it is attached until it is closed. */
final class Strace implements AutoCloseable {
  private static @Nullable String whyNot;
  private static boolean tried;

  private final Process strace;
  private final Path output;

  private Strace(Process strace, Path output) {
    this.strace = strace;
    this.output = output;
  }

  /** Skips the test, saying why, where processes cannot be traced. */
  static synchronized void assumeAvailable(Path temporary) throws IOException, InterruptedException {
    if (!tried) {
      tried = true;
      var target = new ProcessBuilder("sleep", "60").start();
      try {
        attach(target, temporary, List.of("-e", "trace=fdatasync")).close();
      } catch (IOException | AssertionError e) {
        whyNot = "SKIPPED: no fault injection: strace is not installed or may not trace (ptrace): " + e.getMessage();
        System.err.println(whyNot);
      } finally {
        ChildJvm.kill(target);
      }
    }
    assumeTrue(whyNot == null, whyNot);
  }

  /**
   * Makes a system call fail in all threads of a process.
   *
   * @param inject what strace is to inject, such as {@code fdatasync:error=EIO}
   * @param paths only calls on these files; none = on all
   */
  static Strace inject(Process process, Path temporary, String inject, Path... paths)
      throws IOException, InterruptedException {
    var arguments = new ArrayList<>(List.of("-e", "trace=" + inject.substring(0, inject.indexOf(':')), "-e",
        "inject=" + inject));
    for (var path : paths) {
      arguments.addAll(List.of("-P", path.toString()));
    }
    return attach(process, temporary, arguments);
  }

  private static Strace attach(Process process, Path temporary, List<String> arguments)
      throws IOException, InterruptedException {
    var output = Files.createTempFile(temporary, "strace", ".txt");
    var messages = Files.createTempFile(temporary, "strace", ".err");
    var command = new ArrayList<>(List.of("strace", "-f", "-y", "-o", output.toString(), "-p",
        Long.toString(process.pid())));
    command.addAll(arguments);
    var strace = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.to(messages.toFile()))
        .start();
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(messages).contains("attached")) {
      if (!strace.isAlive() || System.nanoTime() > deadline) {
        ChildJvm.kill(strace);
        throw new AssertionError(command + ": " + Files.readString(messages));
      }
      Thread.sleep(5);
    }
    return new Strace(strace, output);
  }

  /** Lets go of the process, whose system calls work again. */
  @Override
  public void close() {
    strace.destroy();
    if (!ChildJvm.endsWithin(20, strace)) {
      ChildJvm.kill(strace);
    }
  }

  /** Returns the calls that were made to fail, one a line; after {@link #close()}. */
  List<String> injected() throws IOException {
    try (var lines = Files.lines(output)) {
      return lines.filter(line -> line.contains("(INJECTED)")).toList();
    }
  }

  /** Returns all calls that were traced, one a line; after {@link #close()}. */
  List<String> calls() throws IOException {
    return Files.readAllLines(output);
  }
}
