package dev.holdfast.benchmarks;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measures Holdfast against limit programs that do the least that is correct. */
@Command(name = "benchmarks", mixinStandardHelpOptions = true, version = "holdfast-benchmarks 0.1.0-SNAPSHOT",
    description = "Measures Holdfast against limit programs that do the least that is correct.", footer = {
        "", "./benchmarks peers, syncs and jmh measure beside other logs and stores; each has its own --help."},
    subcommands = {
        TargetsWorkload.class, AppendWorkload.class, AsyncWorkload.class, BatchWorkload.class, GetWorkload.class,
        ScanWorkload.class, OpenWorkload.class, StreamsWorkload.class, RotationWorkload.class, ShardsWorkload.class,
        TypedWorkload.class, CompressionWorkload.class,
        RecoveryWorkload.class,
        OpenChildren.Write.class, OpenChildren.Open.class, OpenChildren.OpenLimit.class, StreamsChildren.Write.class,
        StreamsChildren.Open.class})
public final class Main implements Runnable {
  /** Kept, or its level would be forgotten. */
  private static final Logger HOLDFAST = Logger.getLogger("dev.holdfast");

  private Main() {}

  /**
   * Runs a command and ends with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    HOLDFAST.setLevel(Level.WARNING); // that a killed writer's log is recovered is no news here
    System.exit(commandLine().execute(args));
  }

  /** Returns the command line, ready to execute. */
  static CommandLine commandLine() {
    return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
