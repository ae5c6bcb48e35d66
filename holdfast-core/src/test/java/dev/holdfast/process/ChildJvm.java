package dev.holdfast.process;

import dev.holdfast.Wal;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Starts programs of the tests in JVMs of their own, with the classes that this one has loaded. */
final class ChildJvm {
  private ChildJvm() {}

  /** Starts {@code program}; what it says on its error output goes to ours. */
  static Process start(Class<?> program, String... arguments) throws IOException {
    return start(List.of(), program, arguments);
  }

  /** Starts {@code program} with further options of the JVM. */
  static Process start(List<String> options, Class<?> program, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command
        .addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx256m",
            "-Dfile.encoding=UTF-8"));
    command.add("-Djava.util.logging.config.file=" + Quiet.CONFIGURATION);
    command.addAll(options);
    var roots = new LinkedHashSet<String>();
    for (var type : List.of(program, Wal.class, FsDirectory.class)) {
      roots.add(root(type).toString());
    }
    command.addAll(List.of("-cp", String.join(":", roots), program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
  }

  /** Kills a process as {@code kill -9} does, and waits until it is gone. */
  static void kill(Process process) {
    process.toHandle().destroyForcibly(); // unlike the process, it leaves what was written to the pipe to be read
    if (!endsWithin(60, process)) {
      throw new AssertionError("process " + process.pid() + " outlives SIGKILL");
    }
  }

  /** Waits until a process has ended; says whether it has. */
  static boolean endsWithin(int seconds, Process process) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a signal. */
  static void signal(Process process, String signal) throws IOException, InterruptedException {
    var status = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor();
    if (status != 0) {
      throw new AssertionError("kill -" + signal + " " + process.pid() + " ended with " + status);
    }
  }

  /** Returns the folder or the jar that a class was loaded from, also if it was patched into a module. */
  private static Path root(Class<?> type) {
    var file = "/" + type.getName().replace('.', '/') + ".class";
    var url = Objects.requireNonNull(type.getResource(file), file).toString();
    var root = url.substring(0, url.length() - file.length());
    if (root.startsWith("jar:") && root.endsWith("!")) {
      root = root.substring("jar:".length(), root.length() - 1);
    }
    return Path.of(URI.create(root));
  }

  /** Keeps the children from telling of every recovery. */
  private static final class Quiet {
    static final Path CONFIGURATION = write();

    private static Path write() {
      try {
        var file = Files.createTempFile("holdfast-logging", ".properties");
        Files.writeString(file, "handlers=java.util.logging.ConsoleHandler\n.level=SEVERE\n");
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("holdfast-test-cleanup").unstarted(() -> {
          try {
            Files.deleteIfExists(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }));
        return file;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
