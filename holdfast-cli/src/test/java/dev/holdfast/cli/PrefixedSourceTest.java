package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrefixedSourceTest {

  @Test
  void readsLittleEndianLengths() throws IOException {
    assertEquals(List.of("abc", "", "\n"), records("\3\0\0\0abc\0\0\0\0\1\0\0\0\n", ByteOrder.LITTLE_ENDIAN));
  }

  @Test
  void readsBigEndianLengths() throws IOException {
    assertEquals(List.of("abc", "", "\n"), records("\0\0\0\3abc\0\0\0\0\0\0\0\1\n", ByteOrder.BIG_ENDIAN));
  }

  @Test
  void findsNoRecordInNothing() throws IOException {
    assertEquals(List.of(), records("", ByteOrder.BIG_ENDIAN));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"000000|record 1 of the input, at byte 0: the input ends within its length",
      "00000000 0000|record 2 of the input, at byte 4: the input ends within its length",
      "00000001 41 00000003 4142|record 2 of the input, at byte 5: the input ends after 2 of its 3 bytes",
      "00000065|record 1 of the input, at byte 0: its length of 101 bytes is over the limit of 100",
      "ffffffff|record 1 of the input, at byte 0: its length of 4294967295 bytes is over the limit of 100"})
  void saysWhereTheFramingIsBroken(String hex, String message) {
    var bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    var failure = assertThrows(CommandException.class,
        () -> records(new String(bytes, ISO_8859_1), ByteOrder.BIG_ENDIAN));
    assertEquals(message, failure.getMessage());
    assertEquals(ExitCode.INPUT, failure.exitCode());
  }

  @Test
  void doesNotAllocateWhatALengthClaims() {
    var source = new PrefixedSource(new ByteArrayInputStream(new byte[]{0x7f, 0, 0, 0, 1}), ByteOrder.BIG_ENDIAN,
        Integer.MAX_VALUE);
    var failure = assertThrows(CommandException.class, source::next);
    assertTrue(String.valueOf(failure.getMessage()).contains("ends after 1 of its 2130706432 bytes"));
  }

  private static List<String> records(String input, ByteOrder order) throws IOException {
    var source = new PrefixedSource(new ByteArrayInputStream(input.getBytes(ISO_8859_1)), order, 100);
    var records = new ArrayList<String>();
    for (var record = source.next(); record != null; record = source.next()) {
      records.add(new String(record, ISO_8859_1));
    }
    return records;
  }
}
