package dev.holdfast.testkit;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.LockMode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Another process that locks files of a directory, one command a line: {@code shared f}, {@code locked? f} … */
final class LockProgram implements AutoCloseable {

  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private LockProgram(Process process) {
    this.process = process;
    answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /** Starts the program on {@code directory} with the classes that this JVM has loaded. */
  static LockProgram start(Path directory) throws IOException {
    return new LockProgram(new ProcessBuilder(java(LockProgram.class, directory))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Returns the command that runs a program of the tests on {@code directory}. */
  static List<String> java(Class<?> program, Path directory) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = root(program) + File.pathSeparator + root(FsDirectory.class);
    return List.of(java, "-XX:TieredStopAtLevel=1", "-cp", classPath, program.getName(), directory.toString());
  }

  /** Returns the folder or the jar that a class was loaded from, also if it was patched into a module. */
  static Path root(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    String url = Objects.requireNonNull(type.getResource(file), file).toString();
    String root = url.substring(0, url.length() - file.length());
    if (root.startsWith("jar:") && root.endsWith("!")) {
      root = root.substring("jar:".length(), root.length() - 1);
    }
    return Path.of(URI.create(root));
  }

  /** Sends a command and returns the answer. */
  String ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    return Objects.requireNonNull(answers.readLine(), "the program ended");
  }

  /** Kills the process, as with {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** The program. */
  public static void main(String[] args) throws IOException {
    Directory directory = FsDirectory.open(Path.of(args[0]));
    Deque<DirectoryLock> held = new ArrayDeque<>();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      int space = line.indexOf(' ');
      System.out.println(answer(directory, held, line.substring(0, space), line.substring(space + 1)));
    }
  }

  private static String answer(Directory directory, Deque<DirectoryLock> held, String command, String file)
      throws IOException {
    return switch (command) {
      case "exclusive" -> take(directory, held, file, LockMode.EXCLUSIVE);
      case "shared" -> take(directory, held, file, LockMode.SHARED);
      case "locked?" -> directory.isLocked(file) ? "yes" : "no";
      case "probe" -> {
        Thread.ofPlatform().daemon().name("prober").start(() -> probe(directory, file));
        yield "probing";
      }
      case "release" -> {
        held.pop().close();
        yield "released";
      }
      default -> throw new IllegalArgumentException(command);
    };
  }

  private static String take(Directory directory, Deque<DirectoryLock> held, String file, LockMode mode)
      throws IOException {
    return directory.tryLock(file, mode).map(lock -> {
      held.push(lock);
      return "got it";
    }).orElse("refused");
  }

  private static void probe(Directory directory, String file) {
    try {
      while (true) {
        directory.isLocked(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
