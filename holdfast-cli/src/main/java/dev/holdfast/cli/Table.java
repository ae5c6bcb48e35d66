package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells under headings, each column as wide as its widest cell. */
final class Table {
  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * Creates a table.
   *
   * @param headings one a column; one that begins with {@code >} has its cells at the right, as numbers want it
   */
  Table(String... headings) {
    right = new boolean[headings.length];
    var names = new String[headings.length];
    for (var i = 0; i < headings.length; i++) {
      right[i] = headings[i].startsWith(">");
      names[i] = right[i] ? headings[i].substring(1) : headings[i];
    }
    rows.add(names);
  }

  /** Adds a row of as many cells as there are headings; text is shown as it is. */
  Table row(String... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException("a row needs " + right.length + " cells, not " + cells.length);
    }
    rows.add(cells);
    return this;
  }

  /** Returns the lines, the headings first. */
  List<String> lines() {
    var widths = new int[right.length];
    for (var row : rows) {
      for (var i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  /** Prints the lines, the headings in bold, all behind {@code indent}. */
  void print(Terminal terminal, String indent) {
    var lines = lines();
    terminal.out().line(indent + terminal.ansi().new Text("@|bold " + lines.getFirst() + "|@"));
    lines.stream().skip(1).forEach(line -> terminal.out().line(indent + line));
  }

  private String line(String[] row, int[] widths) {
    var line = new StringBuilder();
    for (var i = 0; i < row.length; i++) {
      var gap = " ".repeat(widths[i] - width(row[i]));
      line.append(i == 0 ? "" : "  ").append(right[i] ? gap + row[i] : row[i] + gap);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
