package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs the program within the test, with memory in place of a terminal. */
final class Cli {
  private final InputStream input;
  private final boolean terminal;

  private Cli(InputStream input, boolean terminal) {
    this.input = input;
    this.terminal = terminal;
  }

  /** What a run left. */
  static final class Result {
    private final int exitCode;
    private final byte[] outBytes;
    private final String err;

    private Result(int exitCode, byte[] outBytes, String err) {
      this.exitCode = exitCode;
      this.outBytes = outBytes;
      this.err = err;
    }

    int exitCode() {
      return exitCode;
    }

    String out() {
      return new String(outBytes, StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
      return outBytes.clone();
    }

    String err() {
      return err;
    }

    List<String> lines() {
      return out().lines().toList();
    }

    Map<String, Object> json() {
      return TestJson.parse(out());
    }

    /** Asserts the exit code, and that an error comes with exactly one line that says who speaks. */
    Result exits(int expected) {
      assertEquals(expected, exitCode, () -> "standard error: " + err);
      if (expected != ExitCode.OK && expected != ExitCode.DAMAGE) {
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("holdfast: "), err);
      }
      return this;
    }

    Result says(String part) {
      assertTrue(out().contains(part), () -> "not in the output: " + part + "\n" + out());
      return this;
    }

    Result complains(String part) {
      assertTrue(err.contains(part), () -> "not in the errors: " + part + "\n" + err);
      return this;
    }
  }

  static Cli given(byte[] input) {
    return new Cli(new ByteArrayInputStream(input), false);
  }

  static Cli given(String input) {
    return given(input.getBytes(StandardCharsets.UTF_8));
  }

  static Cli given(InputStream input) {
    return new Cli(input, false);
  }

  /** As if a person sat there, typing this. */
  static Cli person(String input) {
    return new Cli(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), true);
  }

  /** Runs with no input. */
  static Result holdfast(Object... arguments) {
    return given("").run(arguments);
  }

  Result run(Object... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    var exitCode = Main.run(new Terminal(input, new Output(out), errors, terminal, terminal, terminal),
        Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Result(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }
}
