package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Machine;
import dev.holdfast.benchmarks.report.Report;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command that measures something and reports it. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public abstract class Workload implements Callable<Integer> {
  private static final int MISTAKE = 2; // as picocli has it

  /** Creates it, to be filled in from the command line. */
  protected Workload() {}

  @Mixin
  Settings settings = new Settings();

  /** Measures, and puts what it finds into the session's report. */
  protected abstract void measure(Session session) throws Exception;

  @Override
  public final Integer call() throws Exception {
    if (settings.rounds < 1 || settings.millis < 1) {
      System.err.println("--rounds and --millis must be at least 1");
      return MISTAKE;
    }
    Files.createDirectories(settings.directory);
    var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    var tables = settings.json ? new PrintWriter(System.err, false, StandardCharsets.UTF_8) : out;
    var report = new Report(Machine.of(settings.directory), tables);
    measure(new Session(settings, report));
    report.printBounds();
    if (settings.json) {
      out.println(report.json());
    }
    out.flush();
    return report.allKept() ? 0 : 1;
  }
}
