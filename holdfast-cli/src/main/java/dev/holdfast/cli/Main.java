package dev.holdfast.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code holdfast} command; its subcommands do the work. */
@Command(name = "holdfast", mixinStandardHelpOptions = true, scope = ScopeType.INHERIT, sortOptions = false,
    versionProvider = Version.class, usageHelpAutoWidth = true, synopsisSubcommandLabel = "COMMAND",
    description = "Looks into, fills, checks and cuts Holdfast logs.", commandListHeading = "%nCommands:%n",
    parameterListHeading = "%n", optionListHeading = "%nOptions:%n", exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:unexpected error", "2:wrong arguments",
        "3:damage found: something that was promised durable is unreadable or missing",
        "4:somebody else has the log open for writing", "5:no such log, stream or file",
        "6:storage failed or is full", "7:written by a newer version of the format",
        "8:the input cannot be stored: a record is too large, or the framing is broken"},
    subcommands = {AppendCommand.class, CatCommand.class, TailCommand.class, StreamsCommand.class, InfoCommand.class,
        ShardsCommand.class, CheckpointsCommand.class,
        VerifyCommand.class, TruncateCommand.class, DeleteStreamCommand.class, RepairCommand.class, DemoCommand.class,
        DemoWriterCommand.class})
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
public final class Main implements Runnable {
  private final Terminal terminal;

  @Spec
  private CommandSpec spec;

  @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
  private boolean stackTrace;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Runs the command and exits with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(Terminal.system(), args));
  }

  /** Runs the command and returns its exit code. */
  static int run(Terminal terminal, String... args) {
    var main = new Main(terminal);
    var out = new PrintWriter(terminal.out().stream(), true, StandardCharsets.UTF_8);
    var err = new PrintWriter(new OutputStreamWriter(terminal.err(), terminal.err().charset()), true);
    var failures = new Failures(terminal, () -> main.stackTrace);
    var exitCode = new CommandLine(main).setOut(out).setErr(err)
        .setColorScheme(Help.defaultColorScheme(terminal.ansi()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .execute(args);
    out.flush();
    err.flush();
    return exitCode;
  }

  Terminal terminal() {
    return terminal;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? 'holdfast --help' lists them");
  }
}
