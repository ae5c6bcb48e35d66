package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LineSourceTest {
  private static final int NO_LIMIT = 1 << 30;

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void cutsAnyInputAtItsLineFeeds(Inputs.Input input) throws IOException {
    assertEquals(input.lines(), lines(new ByteArrayInputStream(input.bytes()), NO_LIMIT, false));
  }

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void cutsAnInputThatComesInDropsInTheSameWay(Inputs.Input input) throws IOException {
    assertEquals(input.lines(), lines(drops(input.bytes()), NO_LIMIT, false));
  }

  @Test
  void dropsTheCarriageReturnBeforeALineFeedWhenAsked() throws IOException {
    assertEquals(List.of("a", "b\rc", "", "d\r"), lines(in("a\r\nb\rc\r\n\r\nd\r\r\n"), NO_LIMIT, true));
  }

  @Test
  void acceptsALineOfExactlyTheLimit() throws IOException {
    assertEquals(List.of("12345", "123", "12345"), lines(in("12345\n123\n12345"), 5, false));
    assertEquals(List.of("12345"), lines(in("12345\r\n"), 5, true));
  }

  @Test
  void refusesALineOverTheLimitByItsNumber() {
    var failure = assertThrows(CommandException.class, () -> lines(in("12345\n123456\n"), 5, false));
    assertEquals(ExitCode.INPUT, failure.exitCode());
    assertTrue(String.valueOf(failure.getMessage()).startsWith("line 2 is longer than the limit of 5 bytes"),
        failure::getMessage);
    assertThrows(CommandException.class, () -> lines(in("123456"), 5, true));
  }

  @Test
  void refusesAnEndlessLineWithoutKeepingIt() {
    var endless = new InputStream() {
      @Override
      public int read() {
        return 'x';
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        return length;
      }
    };
    assertThrows(CommandException.class, () -> lines(endless, 1 << 20, false));
  }

  @Test
  void saysWhetherItMayWait() throws IOException {
    var source = new LineSource(drops("ab\ncd".getBytes(ISO_8859_1)), NO_LIMIT, false);
    assertTrue(source.mayWait());
    var buffered = new LineSource(in("a\nb\n"), NO_LIMIT, false);
    buffered.next();
    assertFalse(buffered.mayWait());
  }

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(ISO_8859_1));
  }

  /** Gives one byte at a time, and never says that there are more. */
  private static InputStream drops(byte[] bytes) {
    var all = new ByteArrayInputStream(bytes);
    return new InputStream() {
      @Override
      public int read() {
        return all.read();
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        return all.read(target, offset, Math.min(length, 1));
      }
    };
  }

  private static List<String> lines(InputStream in, int limit, boolean crlf) throws IOException {
    var source = new LineSource(in, limit, crlf);
    var lines = new ArrayList<String>();
    for (var line = source.next(); line != null; line = source.next()) {
      lines.add(new String(line, ISO_8859_1));
    }
    return lines;
  }
}
