package dev.holdfast.cli;

import dev.holdfast.WalOptions;
import dev.holdfast.shard.ShardedWal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What the commands on a sharded log have in common. They look, and change nothing. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
abstract class ShardedLogCommand implements Callable<Integer> {

  @ParentCommand
  private Main main;

  @Parameters(arity = "1..*", paramLabel = "DIR",
      description = "The directories of the log, in the order in which it was created with them.")
  private List<Path> roots;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  final Terminal terminal() {
    return main.terminal();
  }

  final Output out() {
    return terminal().out();
  }

  final List<Path> roots() {
    return roots;
  }

  final boolean json() {
    return json;
  }

  /** Does the work, and flushes what was printed: if that fails the command has failed. */
  @Override
  public final Integer call() {
    try (var log = open()) {
      var exitCode = run(log);
      out().flush();
      return exitCode;
    }
  }

  private ShardedWal open() {
    try {
      return ShardedWal.openReadOnly(roots, WalOptions.defaults());
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.NOT_FOUND, String.valueOf(e.getMessage()), e);
    }
  }

  /** Does the work; returns the exit code. */
  abstract int run(ShardedWal log);
}
