package dev.holdfast.benchmarks.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workloads run to their end, at sizes that mean nothing, are drawn, and leave no file behind. */
class PeersCommandTest {
  @TempDir
  Path directory;

  @TempDir
  Path plots;

  @Test
  void workloadsRunAndAreDrawn() throws IOException {
    String workloads = "batch,async,sustained,scan,get,tail,rotation,open,space,allocation"; // durable: 1,000 threads, one sync after the other
    assertEquals(0, execute("peers --peer chronicle --workload " + workloads + " --plots " + plots));
    for (String workload : workloads.split(",", -1)) {
      String plot = Files.readString(plots.resolve(workload + ".svg"));
      assertTrue(plot.contains(">Holdfast</text>"), workload);
      assertTrue(plot.contains(">Chronicle Queue</text>"), workload);
    }
  }

  @Test
  void limitsRunAlone() throws IOException {
    assertEquals(0, execute("peers --workload durable,async,allocation --limits-only"));
  }

  @Test
  void aWorkloadThatIsNotThereIsAMistake() throws IOException {
    assertEquals(2, execute("peers --workload durabel"));
  }

  @Test
  void soIsAPeerThatIsNotThere() throws IOException {
    assertEquals(2, execute("peers --workload space --peer chronicel"));
    assertEquals(0, execute("peers --workload space --peer none"));
  }

  @Test
  void soIsASettingThatIsNotThere() throws IOException {
    assertEquals(2, execute("peers --workload durable --peer none --threads 5"));
    assertEquals(2, PeersMain.commandLine().execute("peers", "--rounds", "0"));
  }

  @Test
  void microBenchmarksRun() {
    assertEquals(0,
        PeersMain.commandLine().execute("jmh", "--forks", "0", "--iterations", "1", "--millis", "5", "--size",
            "128"));
  }

  private int execute(String command) throws IOException {
    List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
    arguments.addAll(List.of("--dir", directory.toString(), "--rounds", "2", "--millis", "2", "--limit-file-size",
        "1048576", "--records", "1000", "--seconds", "0.01", "--rotations", "2"));
    int exitCode = PeersMain.commandLine().execute(arguments.toArray(String[]::new));
    try (Stream<Path> left = Files.list(directory)) {
      assertTrue(left.findAny().isEmpty(), "files were left behind");
    }
    return exitCode;
  }
}
