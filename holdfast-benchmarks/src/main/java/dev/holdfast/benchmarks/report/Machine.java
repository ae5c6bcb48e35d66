package dev.holdfast.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the figures were measured on.
 *
 * @param facts by name
 */
public record Machine(Map<String, String> facts) {

  /** Looks at this machine and at the file system of {@code directory}. */
  public static Machine of(Path directory) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " available");
    facts.put("memory", memory());
    facts.put("system", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
    facts.put("file_system", Files.getFileStore(directory).type());
    facts.put("java", property("java.vm.name") + " " + property("java.runtime.version"));
    facts.put("load_average", loadAverage());
    return new Machine(facts);
  }

  String text() {
    return facts.entrySet().stream()
        .map(fact -> String.format(Locale.ROOT, "%-12s %s", fact.getKey().replace('_', ' '), fact.getValue()))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String processor() {
    return firstLine(Path.of("/proc/cpuinfo"), "model name");
  }

  private static String memory() {
    return firstLine(Path.of("/proc/meminfo"), "MemTotal");
  }

  private static String firstLine(Path file, String key) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> line.startsWith(key)).map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst().orElse("unknown");
    } catch (IOException _) {
      return "unknown"; // a system without /proc
    }
  }

  private static String loadAverage() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
