package dev.holdfast.benchmarks.comparison;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.benchmarks.report.Unit;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarPlotTest {
  @Test
  void theLongestBarHasAllTheWidthAndHalfOfItHalf() {
    var plot = new BarPlot("a < b");
    plot.add(new BarPlot.Panel("rate", Unit.RATE, List.of(new BarPlot.Bar("one", Role.LIMIT, 2_000_000),
        new BarPlot.Bar("two", Role.HOLDFAST, 1_000_000), new BarPlot.Bar("three", Role.PEER, Double.NaN))));

    String svg = plot.svg();

    assertTrue(svg.contains("width=\"480.0\""), svg);
    assertTrue(svg.contains("width=\"240.0\""), svg);
    assertTrue(svg.contains("2.00 M/s"), svg);
    assertTrue(svg.contains("a &lt; b"), svg);
    assertFalse(svg.contains("three"), svg);
  }
}
