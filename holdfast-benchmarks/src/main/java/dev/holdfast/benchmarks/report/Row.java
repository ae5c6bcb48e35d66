package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * The figures of one program at one setting.
 *
 * @param workload the workload's name
 * @param setting under which circumstances
 * @param program which program
 * @param figures what it did
 */
record Row(String workload, String setting, String program, List<Figure> figures) {

  Row {
    figures = List.copyOf(figures);
  }
}
