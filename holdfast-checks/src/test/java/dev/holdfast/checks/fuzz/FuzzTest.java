package dev.holdfast.checks.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs each fuzzer for a while, from the corpus that earlier runs have found; {@code -Dholdfast.fuzz.seconds} says for
 * how long. What it finds stays in {@code target/fuzz}, as an input that replays it: put into the corpus, every further
 * run begins with it.
 */
class FuzzTest {
  private static final int SECONDS = Integer.getInteger("holdfast.fuzz.seconds", 8);
  private static final Path CORPUS = Path.of("src", "test", "corpus");
  private static final Path FOUND = Path.of("target", "fuzz");
  private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units:\\s+([0-9]+)");
  /** Fewer, and it has hardly begun: a slow machine with other things to do has tried 317 in the 8 seconds. */
  private static final int FEWEST = 100;

  @ParameterizedTest
  @ValueSource(classes = {StructureFuzzer.class, DamageFuzzer.class, ForgeryFuzzer.class, DirectoryFuzzer.class,
      CodecFuzzer.class})
  @DisplayName("a fuzzer guided by coverage finds nothing")
  void findsNothing(Class<?> fuzzer) throws Exception {
    var name = fuzzer.getSimpleName();
    var log = FOUND.resolve(name + ".log");
    var status = run(fuzzer, log);
    var output = Files.readString(log);
    assertEquals(0, status, () -> name + " has found something, see " + log + ":\n" + lastOf(output));
    var executed = EXECUTED.matcher(output);
    assertTrue(executed.find(), () -> name + " did not say how many inputs it tried:\n" + lastOf(output));
    var inputs = Long.parseLong(executed.group(1));
    System.out.println("fuzzing: " + name + " tried " + inputs + " inputs in " + SECONDS + " s and found nothing");
    assertTrue(inputs > FEWEST, () -> name + " tried only " + inputs + " inputs");
  }

  private static int run(Class<?> fuzzer, Path log) throws IOException, InterruptedException {
    var name = fuzzer.getSimpleName();
    var generated = Files.createDirectories(FOUND.resolve(name));
    var kept = Files.createDirectories(CORPUS.resolve(name));
    var command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m",
            "--enable-native-access=ALL-UNNAMED", "-XX:+EnableDynamicAgentLoading", "-cp",
            System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer"));
    command.addAll(List.of("--target_class=" + fuzzer.getName(), "--instrumentation_includes=dev.holdfast.**",
        "--custom_hook_includes=dev.holdfast.**", "--reproducer_path=" + FOUND,
        "-artifact_prefix=" + FOUND + "/" + name + "-",
        "-max_total_time=" + SECONDS, "-max_len=4096", "-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1",
        generated.toString(), kept.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
  }

  private static String lastOf(String output) {
    return output.substring(Math.max(0, output.length() - 4000));
  }
}
