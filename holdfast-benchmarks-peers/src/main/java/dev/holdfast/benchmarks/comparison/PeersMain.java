package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.micro.JmhCommand;
import dev.holdfast.benchmarks.syncs.SyncsCommand;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands that need the peers' libraries. */
@Command(name = "benchmarks", mixinStandardHelpOptions = true, version = "holdfast-benchmarks 0.1.0-SNAPSHOT",
    description = "Measures Holdfast beside other logs and stores.",
    subcommands = {PeersCommand.class, SyncsCommand.class,
        JmhCommand.class})
public final class PeersMain implements Runnable {
  /** Kept, or its level would be forgotten. */
  private static final Logger ROOT = Logger.getLogger("");

  private PeersMain() {}

  /**
   * Runs a command and ends with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    ROOT.setLevel(Level.SEVERE);
    System.exit(commandLine().execute(args));
  }

  /** Returns the command line, ready to execute. */
  static CommandLine commandLine() {
    return new CommandLine(new PeersMain()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
