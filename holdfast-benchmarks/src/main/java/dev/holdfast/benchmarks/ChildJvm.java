package dev.holdfast.benchmarks;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Another JVM; killed when closed. */
public final class ChildJvm implements Closeable {
  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts this program with other arguments. */
  static ChildJvm start(String... arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /** Starts this program with other arguments in a JVM with these options. */
  static ChildJvm start(List<String> options, String... arguments) throws IOException {
    return start(Main.class, options, arguments);
  }

  /** Starts a program in a JVM with these options. */
  public static ChildJvm start(Class<?> program, List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ChildJvm(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Returns the options by which native code and the JDK's internals were opened to this process. */
  public static List<String> optionsOfThisProcess() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--") || option.startsWith("-Djava.library.path")).toList();
  }

  /** Waits for the next line that it prints. */
  public String readLine() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the child JVM ended early; its error output says why");
    }
    return line;
  }

  /** Waits until it ends by itself. */
  void awaitEnd() throws IOException {
    int status = process.onExit().join().exitValue();
    if (status != 0) {
      throw new IOException("the child JVM ended with " + status + "; its error output says why");
    }
  }

  /** Ends it at once, as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    kill();
    output.close();
  }
}
