package dev.holdfast.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs {@link DemoWriterCommand} in a Java process of its own, and kills it in the middle of its work. */
final class WriterProcess {
  private final Process process;
  private final DemoLedger ledger;
  private final int killAt;
  private boolean killed;

  private WriterProcess(Process process, DemoLedger ledger, int killAt) {
    this.process = process;
    this.ledger = ledger;
    this.killAt = killAt;
  }

  /**
   * Starts the process.
   *
   * @param arguments those of {@code demo-writer}
   * @param killAt how many lines are to be acknowledged when it is killed
   */
  static WriterProcess start(List<String> arguments, DemoLedger ledger, int killAt) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(program());
    command.add("demo-writer");
    command.addAll(arguments);
    var process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    return new WriterProcess(process, ledger, killAt);
  }

  /** The same program again, in the way in which this process runs it. */
  private static List<String> program() {
    var module = Main.class.getModule();
    return module.isNamed() && System.getProperty("jdk.module.path") != null
        ? List.of("-p", System.getProperty("jdk.module.path"), "-m", module.getName() + "/" + Main.class.getName())
        : List.of("-cp", System.getProperty("java.class.path"), Main.class.getName());
  }

  long pid() {
    return process.pid();
  }

  /**
   * Listens until enough lines are acknowledged, kills the process, and listens to what it still said before it died.
   *
   * @param progress steps with each acknowledged line
   * @return its exit status
   */
  int killInTheMiddle(Progress progress) throws IOException, InterruptedException {
    try (var pipe = process.getInputStream()) {
      if (killAt == 0) {
        kill();
      }
      AckPipe.read(pipe, new LineWriters.Listener() {
        @Override
        public void begun(int line) {
          ledger.begun(line);
        }

        @Override
        public void acknowledged(int line, long id, long nanos) {
          ledger.acknowledged(line, id, nanos);
          progress.step();
          if (!killed && ledger.acknowledged() >= killAt) {
            kill();
          }
        }
      });
    }
    var status = process.waitFor();
    if (!killed) {
      throw new CommandException(status == 0 ? ExitCode.UNEXPECTED : status,
          "the writing process ended by itself, with exit code " + status);
    }
    return status;
  }

  /** By way of its handle: {@link Process#destroyForcibly()} would close the pipe with what is still in it. */
  private void kill() {
    killed = process.toHandle().destroyForcibly();
  }

  /** Kills the process if it still lives. */
  void destroy() {
    process.destroyForcibly();
  }
}
