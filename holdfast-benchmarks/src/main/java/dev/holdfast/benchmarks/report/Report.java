package dev.holdfast.benchmarks.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects what is measured, and prints it as it comes. Belongs to one thread. */
public final class Report {
  private static final int SETTING_WIDTH = 32;
  private static final int PROGRAM_WIDTH = 26;
  private static final int FIGURE_WIDTH = 11;

  private final Machine machine;
  private final PrintWriter table;
  private final List<Row> rows = new ArrayList<>();
  private final List<Bound> bounds = new ArrayList<>();
  private String workload = "";
  private String printedSetting = "";
  private List<String> printedHeading = List.of();

  /** Creates an empty one that prints its table to {@code table}. */
  public Report(Machine machine, PrintWriter table) {
    this.machine = machine;
    this.table = table;
    table.println(machine.text());
    table.flush();
  }

  /** Begins the rows of another workload. */
  public void begin(String name, String description) {
    workload = name;
    printedHeading = List.of();
    table.println();
    table.println(name + ": " + description);
    table.flush();
  }

  /** Adds the figures of one program at one setting. */
  public void add(String setting, String program, List<Figure> figures) {
    rows.add(new Row(workload, setting, program, figures));
    List<String> heading = figures.stream().map(Figure::name).toList();
    if (!heading.equals(printedHeading)) {
      printLine("", "", heading);
      printedHeading = heading;
      printedSetting = "";
    }
    printLine(setting.equals(printedSetting) ? "" : setting, program, figures.stream().map(Figure::text).toList());
    printedSetting = setting;
    table.flush();
  }

  /** Adds a bound. */
  public void add(Bound bound) {
    bounds.add(bound);
  }

  /** Prints the bounds. */
  public void printBounds() {
    table.println();
    bounds.forEach(bound -> table.println(bound.text()));
    table.flush();
  }

  /** Returns whether every bound was kept. */
  public boolean allKept() {
    return bounds.stream().allMatch(Bound::kept);
  }

  /** Returns everything as one JSON object. */
  public String json() {
    return ReportJson.write(machine, rows, bounds);
  }

  private void printLine(String setting, String program, List<String> cells) {
    var line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%-" + SETTING_WIDTH + "s  %-" + PROGRAM_WIDTH + "s", setting, program));
    cells.forEach(cell -> line.append(String.format(Locale.ROOT, " %" + FIGURE_WIDTH + "s", cell)));
    table.println(line);
  }
}
