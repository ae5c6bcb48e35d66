package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.SyncPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class ConverterTest {

  @ParameterizedTest
  @CsvSource({"0,0", "4096,4096", "1k,1024", "64K,65536", "16M,16777216", "16MiB,16777216", "2Gb,2147483648", "7B,7"})
  void readsSizes(String text, long bytes) {
    assertEquals(bytes, new SizeConverter().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "-1", "1.5M", "1T", "1 M", "9999999999999", "0x10"})
  void refusesOtherSizes(String text) {
    assertThrows(TypeConversionException.class, () -> new SizeConverter().convert(text));
  }

  @Test
  void readsDurations() {
    var converter = new DurationConverter();
    assertEquals(Duration.ofMillis(500), converter.convert("500ms"));
    assertEquals(Duration.ofSeconds(2), converter.convert("2S"));
    assertEquals(Duration.ofMinutes(5), converter.convert("5m"));
    assertEquals(Duration.ofHours(1), converter.convert("1h"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "ms", "-1s", "1.5s", "1d", "99999999999s"})
  void refusesOtherDurations(String text) {
    assertThrows(TypeConversionException.class, () -> new DurationConverter().convert(text));
  }

  @Test
  void readsSyncPolicies() {
    var converter = new SyncPolicyConverter();
    assertEquals(SyncPolicy.STRICT, converter.convert("strict"));
    assertEquals(SyncPolicy.BATCH_ONLY, converter.convert("batch-only"));
    assertEquals(SyncPolicy.ASYNC, converter.convert("ASYNC"));
    assertEquals(SyncPolicy.everyN(100), converter.convert("every:100"));
    assertEquals(SyncPolicy.every(Duration.ofMillis(50)), converter.convert("every:50ms"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "never", "every", "every:", "every:0", "every:-1", "every:0ms", "every:99999999999",
      "every:48h"})
  void refusesOtherSyncPolicies(String text) {
    assertThrows(TypeConversionException.class, () -> new SyncPolicyConverter().convert(text));
  }

  @ParameterizedTest
  @EnumSource(RecordFormat.class)
  void readsFormatsAsTheyAreWritten(RecordFormat format) {
    assertEquals(format, new RecordFormatConverter().convert(format.toString()));
  }

  @Test
  void refusesOtherFormats() {
    assertThrows(TypeConversionException.class, () -> new RecordFormatConverter().convert("xml"));
  }
}
