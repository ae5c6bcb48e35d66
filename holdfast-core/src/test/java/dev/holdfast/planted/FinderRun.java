package dev.holdfast.planted;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs tests in a JVM of their own, in which patched classes stand in front of those they replace. */
final class FinderRun {
  private static final int LIMIT_SECONDS = 900;
  /** The crash explorer finds what is planted in a fraction of the images of a build; two of these JVMs run at once. */
  private static final List<String> EXPLORING = List.of("-Dholdfast.explore.images=20000",
      "-Dholdfast.explore.threads=1", "-Dholdfast.explore.shrinking=0");

  /** The module's directory: the tests look for what they read there. */
  static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();

  private FinderRun() {}

  /** Returns the class path of this JVM: what is a module here is an ordinary entry there. */
  static String classPath() {
    var entries = new ArrayList<String>();
    entries.add(MODULE.resolve("target").resolve("test-classes").toString());
    for (var property : List.of("jdk.module.path", "java.class.path")) {
      var value = System.getProperty(property, "");
      if (!value.isEmpty()) {
        entries.add(value);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /**
   * Runs {@code finders} with the classes in {@code patched} in front, in {@code scratch}; the crash explorer chooses
   * from {@code seed}.
   */
  static FinderOutcome of(Path patched, Path scratch, List<String> finders, int seed)
      throws IOException, InterruptedException {
    var outcome = scratch.resolve("outcome");
    var output = scratch.resolve("output");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx1g", "-Dfile.encoding=UTF-8",
        "-Djava.io.tmpdir=" + Files.createDirectories(scratch.resolve("tmp"))));
    command
        .add("-Djava.util.logging.config.file=" + MODULE.resolve("src").resolve("test").resolve("logging.properties"));
    command.addAll(EXPLORING);
    command.add("-Dholdfast.explore.seed=" + seed);
    command.addAll(List.of("-cp", patched + File.pathSeparator + classPath(), FinderProgram.class.getName()));
    command.add(outcome.toString());
    command.addAll(finders);
    var process = new ProcessBuilder(command).directory(MODULE.toFile()).redirectErrorStream(true)
        .redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(finders + " did not end within " + LIMIT_SECONDS + " s: " + tail(output));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0 || !Files.exists(outcome)) {
      throw new AssertionError(finders + " could not be run: exit status " + process.exitValue() + ": " + tail(output));
    }
    return FinderOutcome.read(outcome);
  }

  private static String tail(Path output) {
    var lines = Lines.of(output);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }
}
