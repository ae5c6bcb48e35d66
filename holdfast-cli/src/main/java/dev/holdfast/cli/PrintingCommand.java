package dev.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What all commands that print something have in common. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
abstract class PrintingCommand implements Callable<Integer> {

  @ParentCommand
  private Main main;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  final Terminal terminal() {
    return main.terminal();
  }

  final Output out() {
    return terminal().out();
  }

  final boolean json() {
    return json;
  }

  /** Does the work, and flushes what was printed: if that fails the command has failed. */
  @Override
  public final Integer call() throws Exception {
    var exitCode = run();
    out().flush();
    return exitCode;
  }

  /** Does the work; returns the exit code. */
  abstract int run() throws Exception;
}
