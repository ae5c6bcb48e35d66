package dev.holdfast.benchmarks.measure;

import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process takes of the machine; a line of text between two JVMs. What the system does not say is NaN.
 *
 * @param heap live objects, bytes
 * @param nativeMemory what the JVM has beside the heap, bytes; needs {@code -XX:NativeMemoryTracking=summary}
 * @param buffers buffers outside of the heap, bytes
 * @param resident all memory of the process that is in memory, bytes
 * @param descriptors open descriptors
 * @param mappings mapped regions
 * @param threads platform threads
 */
public record Footprint(double heap, double nativeMemory, double buffers, double resident, double descriptors,
    double mappings, double threads) {
  private static final Pattern TOTAL = Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final int COLLECTIONS = 3;

  /** Measures it, after collecting garbage. */
  public static Footprint now() throws IOException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    double buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct")).mapToDouble(BufferPoolMXBean::getMemoryUsed).sum();
    return new Footprint(heap, readNativeMemory(), buffers, readResident(), entries(Path.of("/proc/self/fd")),
        lines(Path.of("/proc/self/maps")), ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static double readNativeMemory() {
    try {
      Object answer = ManagementFactory.getPlatformMBeanServer().invoke(
          new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmNativeMemory",
          new Object[]{new String[]{"summary"}}, new String[]{String[].class.getName()});
      return kibibytes(TOTAL, String.valueOf(answer)) - kibibytes(HEAP, String.valueOf(answer));
    } catch (JMException e) {
      return Double.NaN; // another JVM
    }
  }

  private static double kibibytes(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) * 1024 : Double.NaN;
  }

  private static double readResident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines.filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024).findFirst().orElse(Double.NaN);
    }
  }

  private static double entries(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Double.NaN;
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.count();
    }
  }

  private static double lines(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  /** Returns what is taken more than before. */
  public Footprint since(Footprint before) {
    return new Footprint(heap - before.heap, nativeMemory - before.nativeMemory, buffers - before.buffers,
        resident - before.resident, descriptors - before.descriptors, mappings - before.mappings,
        threads - before.threads);
  }

  /** Returns what {@link #line()} has put into a line. */
  public static Footprint parse(String line) {
    double[] values = Stream.of(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
    return new Footprint(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  }

  /** Returns it as a line of text. */
  public String line() {
    return String.join(" ", figures().stream().map(figure -> Double.toString(figure.value())).toList());
  }

  /** Returns it as figures of a report. */
  public List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure("heap", heap, Unit.SIZE));
    figures.add(new Figure("native", nativeMemory, Unit.SIZE));
    figures.add(new Figure("buffers", buffers, Unit.SIZE));
    figures.add(new Figure("resident", resident, Unit.SIZE));
    figures.add(new Figure("descriptors", descriptors, Unit.COUNT));
    figures.add(new Figure("mappings", mappings, Unit.COUNT));
    figures.add(new Figure("threads", threads, Unit.COUNT));
    return figures;
  }
}
