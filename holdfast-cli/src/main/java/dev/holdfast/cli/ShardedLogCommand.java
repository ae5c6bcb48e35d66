package dev.holdfast.cli;

import dev.holdfast.WalOptions;
import dev.holdfast.shard.ShardedWal;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Parameters;

/** What the commands on a sharded log have in common. They look, and change nothing. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
abstract class ShardedLogCommand extends PrintingCommand {

  @Parameters(arity = "1..*", paramLabel = "DIR",
      description = "The directories of the log, in the order in which it was created with them.")
  private List<Path> roots;

  final List<Path> roots() {
    return roots;
  }

  @Override
  final int run() {
    try (var log = open()) {
      return run(log);
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
