package dev.holdfast.benchmarks.micro;

import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The micro-benchmarks of this package. */
@Command(name = "jmh", mixinStandardHelpOptions = true,
    description = "Measures encoding a frame, its checksum, and a step of a cursor, with JMH.")
public final class JmhCommand implements Callable<Integer> {
  @Option(names = "--include", paramLabel = "REGEX", description = "Which. Default: ${DEFAULT-VALUE}")
  String include = "dev.holdfast.benchmarks.micro";

  @Option(names = "--forks", paramLabel = "N", description = "JVMs for each; 0: this one. Default: ${DEFAULT-VALUE}")
  int forks = 1;

  @Option(names = "--iterations", paramLabel = "N",
      description = "To warm up, and again to measure. Default: ${DEFAULT-VALUE}")
  int iterations = 5;

  @Option(names = "--millis", paramLabel = "MS", description = "Length of an iteration. Default: ${DEFAULT-VALUE}")
  long millis = 1_000;

  @Option(names = "--size", paramLabel = "SIZE", description = "Only this size of records.")
  int size;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write JMH's JSON to this file.")
  String json = "";

  /** Creates it, to be filled in from the command line. */
  public JmhCommand() {}

  @Override
  public Integer call() throws Exception {
    ChainedOptionsBuilder options = new OptionsBuilder().include(include).forks(forks).warmupIterations(iterations)
        .measurementIterations(iterations).warmupTime(TimeValue.milliseconds(millis))
        .measurementTime(TimeValue.milliseconds(millis)).addProfiler(GCProfiler.class).shouldFailOnError(true);
    if (size > 0) {
      options.param("size", Integer.toString(size));
    }
    if (!json.isEmpty()) {
      options.resultFormat(ResultFormatType.JSON).result(json);
    }
    return new Runner(options.build()).run().isEmpty() ? 1 : 0;
  }
}
