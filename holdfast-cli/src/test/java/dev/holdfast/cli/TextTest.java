package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.IdRange;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextTest {

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"0|0 B", "1023|1023 B", "1024|1.0 KiB", "1536|1.5 KiB", "16777216|16.0 MiB",
      "9223372036854775807|8.0 EiB"})
  void sizes(long bytes, String text) {
    assertEquals(text, Text.size(bytes));
  }

  @Test
  void countsAndNouns() {
    assertEquals("1,234,567", Text.count(1_234_567));
    assertEquals("1 record", Text.count(1, "record"));
    assertEquals("0 records", Text.count(0, "record"));
  }

  @Test
  void durations() {
    assertEquals("0.20 ms", Text.duration(Duration.ofNanos(204_000)));
    assertEquals("1.50 s", Text.duration(Duration.ofMillis(1500)));
  }

  @Test
  void ranges() {
    assertEquals("no ids", Text.ids(new IdRange(5, 5)));
    assertEquals("id 5", Text.ids(new IdRange(5, 6)));
    assertEquals("ids 0 to 9", Text.ids(new IdRange(0, 10)));
  }

  @Test
  void nothingThatATerminalWouldActOnIsLeft() {
    assertEquals("\\x1B[31mred\\x0A\\x9B", Text.visible("\u001b[31mred\n\u009b"));
    assertEquals("\\u{202E}txt", Text.visible("\u202etxt"));
    assertEquals("Grün 日本 \uD83D\uDE00", Text.visible("Grün 日本 \uD83D\uDE00"));
  }

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    var table = new Table("NAME", ">SIZE", "STATE").row("a", "1,000", "x").row("longer", "7", "");
    assertEquals(List.of("NAME     SIZE  STATE", "a       1,000  x", "longer      7"), table.lines());
    assertThrows(IllegalArgumentException.class, () -> table.row("too", "few"));
  }

  @Test
  void jsonKeepsOrderTypesAndEscapes() {
    var object = new JsonObject().put("text", "a\"b\n\u0001").put("number", 7L).put("small", 7).put("fraction", 0.5)
        .put("duration", Duration.ofMillis(1500)).put("none", null).put("flag", true)
        .put("list", List.of("x", new JsonObject().put("y", 1L)));
    assertEquals("{\"text\":\"a\\\"b\\n\\u0001\",\"number\":7,\"small\":7,\"fraction\":0.5,\"duration\":1.5,"
        + "\"none\":null,\"flag\":true,\"list\":[\"x\",{\"y\":1}]}", object.toString());
    assertThrows(IllegalArgumentException.class, () -> new JsonObject().put("x", new Object()).toString());
  }

  @Test
  void percentilesAreByNearestRank() {
    var latencies = new Latencies();
    assertEquals(0, latencies.percentile(0.5));
    var values = new long[10_000];
    Arrays.setAll(values, i -> 10_000 - i);
    Arrays.stream(values).forEach(latencies::add);
    assertEquals(5_000, latencies.percentile(0.50));
    assertEquals(9_900, latencies.percentile(0.99));
    assertEquals(10_000, latencies.percentile(1));
    assertEquals(1, latencies.percentile(0.00001));
  }
}
