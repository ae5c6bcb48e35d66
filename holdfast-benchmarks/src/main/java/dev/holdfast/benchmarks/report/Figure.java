package dev.holdfast.benchmarks.report;

/**
 * One measured value.
 *
 * @param name what it is
 * @param value how much
 * @param unit of what
 */
public record Figure(String name, double value, Unit unit) {

  String text() {
    return Double.isNaN(value) ? "-" : unit.format(value);
  }

  String jsonName() {
    return name.replace(' ', '_').replace('.', '_') + unit.jsonSuffix();
  }
}
