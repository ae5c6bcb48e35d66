package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What opening a log once took; a line of text between two JVMs.
 *
 * @param nanos how long
 * @param scanNanos how much of that was reading through what had been written since the last seal
 * @param bytesScanned how many bytes had to be read through
 * @param segmentsScanned in how many segments
 */
record Opening(long nanos, long scanNanos, long bytesScanned, int segmentsScanned) {

  static Opening parse(String line) {
    String[] parts = line.split(" ", -1);
    return new Opening(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]),
        Integer.parseInt(parts[3]));
  }

  String line() {
    return nanos + " " + scanNanos + " " + bytesScanned + " " + segmentsScanned;
  }

  /** Returns how long all but the scan took. */
  long apartNanos() {
    return nanos - scanNanos;
  }

  /** Returns the median over several openings. */
  static double median(List<Opening> openings, ToDoubleFunction<Opening> what) {
    return Series.median(openings.stream().mapToDouble(what).sorted().toArray());
  }

  /** Returns several openings as figures: medians, the opening and the scan apart. */
  static List<Figure> figures(List<Opening> openings) {
    double[] times = openings.stream().mapToDouble(Opening::nanos).sorted().toArray();
    return List.of(new Figure("opening", median(openings, Opening::apartNanos), Unit.TIME),
        new Figure("scan", median(openings, Opening::scanNanos), Unit.TIME),
        new Figure("both", Series.median(times), Unit.TIME), new Figure("fastest", times[0], Unit.TIME),
        new Figure("slowest", times[times.length - 1], Unit.TIME),
        new Figure("scanned", openings.getLast().bytesScanned(), Unit.SIZE),
        new Figure("files", openings.getLast().segmentsScanned(), Unit.COUNT));
  }
}
