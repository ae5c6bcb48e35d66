package dev.holdfast.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Inputs that programs trip over, with the lines they consist of. */
final class Inputs {

  private Inputs() {}

  /** An input and its lines, as texts whose characters are bytes. */
  static final class Input {
    private final String name;
    private final byte[] bytes;
    private final List<String> lines;

    private Input(String name, byte[] bytes, List<String> lines) {
      this.name = name;
      this.bytes = bytes;
      this.lines = lines;
    }

    byte[] bytes() {
      return bytes.clone();
    }

    List<String> lines() {
      return lines;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Input> hostile() {
    return Stream.of(input("nothing", ""), input("one line feed", "\n", ""), input("empty lines", "\n\n\n", "", "", ""),
        input("a line feed at the end", "a\nb\n", "a", "b"), input("none at the end", "a\nb", "a", "b"),
        input("an empty line at the end", "a\n\n", "a", ""), input("CRLF", "a\r\nb\r\n", "a\r", "b\r"),
        input("a lone carriage return", "a\rb\n", "a\rb"), input("NUL bytes", "\0\n\0\0", "\0", "\0\0"),
        input("not UTF-8", "\u00ff\u00fe\n\u00c3\n", "\u00ff\u00fe", "\u00c3"),
        input("lines that repeat", "x\nx\nx\n", "x", "x", "x"), binary(), longLine());
  }

  /** Every byte there is, in every neighbourhood. */
  private static Input binary() {
    var bytes = new byte[200_000];
    new Random(4711).nextBytes(bytes);
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    var lines = text.split("\n", -1);
    var last = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
    return new Input("binary", bytes, List.of(lines).subList(0, last));
  }

  /** Longer than any buffer. */
  private static Input longLine() {
    var line = "0123456789".repeat(30_000);
    return input("a long line", "short\n" + line + "\nshort", "short", line, "short");
  }

  private static Input input(String name, String text, String... lines) {
    return new Input(name, text.getBytes(StandardCharsets.ISO_8859_1), List.of(lines));
  }
}
