package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.report.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars, a panel for each setting, as SVG: text, so that it is drawn alike everywhere and needs no library or
 * font here.
 */
final class BarPlot {
  private static final int WIDTH = 760;
  private static final int NAMES = 190;
  private static final int VALUES = 90;
  private static final int BAR = 16;
  private static final int STEP = 22;
  private static final int TITLE = 40;
  private static final int PANEL_TITLE = 30;

  private final String title;
  private final List<Panel> panels = new ArrayList<>();

  BarPlot(String title) {
    this.title = title;
  }

  /**
   * One bar.
   *
   * @param name the program
   * @param role what it is
   * @param value its length
   */
  record Bar(String name, Role role, double value) {}

  /**
   * The bars of one setting.
   *
   * @param title what it shows
   * @param unit the unit of all bars
   * @param bars from top to bottom
   */
  record Panel(String title, Unit unit, List<Bar> bars) {

    /** Leaves out what could not be measured. */
    Panel {
      bars = bars.stream().filter(bar -> Double.isFinite(bar.value())).toList();
    }

    double longest() {
      return bars.stream().mapToDouble(Bar::value).max().orElse(0);
    }

    int height() {
      return PANEL_TITLE + bars.size() * STEP + STEP / 2;
    }
  }

  void add(Panel panel) {
    panels.add(panel);
  }

  /** Returns whether nothing was added. */
  boolean isEmpty() {
    return panels.isEmpty();
  }

  /** Writes the plot to a file, over one that is there. */
  void write(Path file) throws IOException {
    Files.writeString(file, svg());
  }

  String svg() {
    int height = TITLE + panels.stream().mapToInt(Panel::height).sum() + STEP / 2;
    var svg = new StringBuilder();
    line(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        + "font-family=\"sans-serif\" font-size=\"12\">", WIDTH, height, WIDTH, height);
    line(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
    line(svg, "<text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>", escaped(title));
    int top = TITLE;
    for (Panel panel : panels) {
      draw(svg, panel, top);
      top += panel.height();
    }
    line(svg, "</svg>");
    return svg.toString();
  }

  private static void draw(StringBuilder svg, Panel panel, int top) {
    line(svg, "<text x=\"12\" y=\"%d\" font-weight=\"bold\" fill=\"#333333\">%s</text>", top + 18,
        escaped(panel.title()));
    int y = top + PANEL_TITLE;
    double longest = panel.longest();
    for (Bar bar : panel.bars()) {
      double length = longest > 0 ? (WIDTH - NAMES - VALUES) * bar.value() / longest : 0;
      line(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", NAMES - 8, y + BAR - 4, escaped(bar.name()));
      line(svg, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", NAMES, y, Math.max(1, length),
          BAR, color(bar.role()));
      line(svg, "<text x=\"%.1f\" y=\"%d\">%s</text>", NAMES + length + 6, y + BAR - 4,
          escaped(panel.unit().format(bar.value())));
      y += STEP;
    }
  }

  private static String color(Role role) {
    return switch (role) {
      case LIMIT -> "#9aa0a6";
      case HOLDFAST -> "#d9480f";
      case PEER -> "#4c78a8";
    };
  }

  @SuppressWarnings("AnnotateFormatMethod") // would need a library for one annotation
  private static void line(StringBuilder svg, String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
