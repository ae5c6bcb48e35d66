package dev.holdfast.benchmarks;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every workload runs to its end, at sizes that mean nothing, and leaves no file behind. */
class SmokeTest {
  @TempDir
  Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"append --threads 1,3 --size 128", "append --channel asynchronous --threads 2 --size 1000",
      "async --size 128", "batch --records 10", "get --records 1000", "scan --bytes 100000 --size 128",
      "streams --streams 10 --threads 2", "rotation --segment-size 65536"})
  void workloadRuns(String command) throws IOException {
    run(command);
  }

  @Test
  void typedRuns() throws IOException {
    run("typed --records 1000");
  }

  @Test
  void shardsRun() throws IOException { // its bounds mean nothing at this size
    run("shards --checkpoints 20 --limits-only");
    assertTrue(execute("shards --checkpoints 20") <= 1);
  }

  @Test
  void openingAfterAKillRuns() throws IOException {
    run("open --bytes 1048576 --segment-size 131072 --size 128 --openings 1 --circumstances fresh_jvm,warm_jvm_cold");
    run("open --segments 20 --segment-size 65536 --size 1024 --openings 1 --circumstances fresh_jvm --json");
  }

  @Test
  void theScanOfAFullSegmentRuns() throws IOException {
    run("recovery --segment-size 262144 --size 128,1024");
  }

  @Test
  void limitsRunAlone() throws IOException {
    run("append --threads 1,3 --size 128 --limits-only");
  }

  private void run(String command) throws IOException {
    assertEquals(0, execute(command));
  }

  private int execute(String command) throws IOException {
    List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
    arguments.addAll(List.of("--dir", directory.toString(), "--rounds", "2", "--millis", "5", "--limit-file-size",
        "1048576"));
    int exitCode = Main.commandLine().execute(arguments.toArray(String[]::new));
    try (Stream<Path> left = Files.list(directory)) {
      assertTrue(left.findAny().isEmpty(), "files were left behind");
    }
    return exitCode;
  }
}
