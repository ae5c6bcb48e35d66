package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demonstration, with a process that is really killed; and that it would notice what it looks for. */
@Timeout(120)
final class DemoTest {

  @TempDir
  private Path temporary;

  @Test
  void theBookSurvives() {
    var json = Cli.holdfast("demo", "--json").exits(ExitCode.OK).json();
    assertEquals(true, json.get("kept"));
    var lines = (Long) value(object(json, "input"), "lines");
    assertEquals(9286, lines);
    var check = object(json, "check");
    var acknowledged = (Long) value(check, "acknowledged");
    assertTrue(acknowledged >= lines / 2 && acknowledged < lines, () -> "killed after " + acknowledged);
    assertEquals(acknowledged, check.get("confirmed"));
    var rest = lines - acknowledged - (Long) value(check, "inFlightKept");
    assertEquals(rest, object(json, "finished").get("records"));
    assertEquals(lines, object(json, "readBack").get("records"));
    assertTrue((Double) value(object(json, "finished"), "syncsPerRecord") < 1, "no group commit");
    assertFalse(Files.exists(Path.of(String.valueOf(json.get("log")))), "left its log behind");
  }

  @Test
  void theStoryIsTold() {
    Cli.holdfast("demo", "--writers", 3).exits(ExitCode.OK).says("1  input").says("Opticks").says("3 threads")
        .says("3  kill -9").says("4  recover").says("acknowledged lines are there, byte for byte").says("6  finish")
        .says("every line of the input, each exactly once").says("Every promise was kept.");
  }

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void anyFileSurvives(Inputs.Input input) throws IOException {
    var file = Files.write(temporary.resolve("input"), input.bytes());
    var json = Cli.holdfast("demo", file, "--json").exits(ExitCode.OK).json();
    assertEquals((long) input.lines().size(), object(json, "readBack").get("records"));
    assertEquals(input.lines().stream().mapToLong(String::length).sum(), object(json, "readBack").get("bytes"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99, 100})
  void killedEarlyOrLate(int percent) {
    var json = Cli.holdfast("demo", "--json", "--kill-at", percent).exits(ExitCode.OK).json();
    assertEquals(9286L, object(json, "readBack").get("records"));
  }

  @Test
  void theLogIsKeptWhereItWasAskedFor() {
    var log = temporary.resolve("log");
    Cli.given("a\nb\nc").run("demo", "-", "--dir", log).exits(ExitCode.OK).says("The log is left in " + log);
    assertEquals(3, Cli.holdfast("cat", log, "lines").exits(ExitCode.OK).lines().size());
    Cli.holdfast("demo", "--dir", log).exits(ExitCode.USAGE).complains("is not empty");
  }

  @Test
  void aLineOverTheRecordLimitIsRefusedBeforeAnythingIsWritten() throws IOException {
    var file = Files.write(temporary.resolve("input"), new byte[(16 << 20) + 1]);
    var log = temporary.resolve("log");
    Cli.holdfast("demo", file, "--dir", log).exits(ExitCode.INPUT).complains("line 1 is longer than the limit");
    assertFalse(Files.exists(log));
  }

  @Test
  void aWriterThatEndsByItselfIsAnErrorWithItsExitCode() throws IOException {
    var file = Files.writeString(temporary.resolve("input"), "a\nb\n");
    try (var input = DemoInput.open(file)) {
      var writer = WriterProcess.start(List.of(temporary.resolve("no-such-file").toString(),
          temporary.resolve("log").toString(), "s", "--writers", "1"), new DemoLedger(input), 1);
      var failure = assertThrows(CommandException.class,
          () -> writer.killInTheMiddle(new Progress(nowhere(), "test", -1)));
      assertEquals(ExitCode.NOT_FOUND, failure.exitCode());
    }
  }

  @Test
  void whatReachedTheLogUnacknowledgedIsFound() throws IOException {
    var result = afterCrash(ledger -> {
      ledger.acknowledged(0, 0, 1);
      ledger.begun(1);
      ledger.begun(2);
    }, "a", "b");
    assertEquals(List.of(), result.problems());
    assertEquals(List.of(1, 1, 1), List.of(result.confirmed(), result.keptInFlight(), result.lostInFlight()));
  }

  @Test
  void aMissingAcknowledgedLineIsNoticed() throws IOException {
    var result = afterCrash(ledger -> {
      ledger.acknowledged(0, 0, 1);
      ledger.acknowledged(1, 1, 1);
    }, "a");
    assertEquals(List.of("line 2 was acknowledged under id 1, and is missing"), result.problems());
  }

  @Test
  void anAcknowledgedLineWithOtherBytesIsNoticed() throws IOException {
    var result = afterCrash(ledger -> ledger.acknowledged(1, 0, 1), "a");
    assertEquals(List.of("record 0 is not line 2, under whose id it is"), result.problems());
  }

  @Test
  void aRecordThatIsNoLineInFlightIsNoticed() throws IOException {
    assertEquals(List.of("record 0 is no line whose append was under way"),
        afterCrash(ledger -> ledger.begun(0), "b").problems());
  }

  @Test
  void aLineThatIsThereTwiceIsNoticed() throws IOException {
    assertEquals(List.of("record 1 is no line whose append was under way"),
        afterCrash(ledger -> ledger.begun(0), "a", "a").problems());
  }

  @Test
  void aLineThatIsMissingInTheEndIsNoticed() throws IOException {
    try (var input = DemoInput.open(lines()); var wal = Wal.open(temporary.resolve("log"))) {
      var ledger = new DemoLedger(input);
      wal.stream("s").append("a".getBytes(UTF_8));
      ledger.acknowledged(0, 0, 1);
      var result = DemoCheck.complete(input, ledger, wal.stream("s"), new Progress(nowhere(), "test", -1));
      assertEquals(List.of("there are 1 records for 3 lines"), result.problems());
    }
  }

  /** Compares a log of {@code records} with what is said of the lines a, b and c. */
  private DemoCheck.Result afterCrash(Consumer<DemoLedger> said, String... records) throws IOException {
    try (var input = DemoInput.open(lines()); var wal = Wal.open(temporary.resolve("log"))) {
      var ledger = new DemoLedger(input);
      said.accept(ledger);
      for (var record : records) {
        wal.stream("s").append(record.getBytes(UTF_8));
      }
      return DemoCheck.afterCrash(input, ledger, wal.stream("s"), new Progress(nowhere(), "test", -1));
    }
  }

  private Path lines() throws IOException {
    return Files.writeString(temporary.resolve("lines"), "a\nb\nc\n");
  }

  private static Terminal nowhere() {
    return new Terminal(System.in, new Output(OutputStream.nullOutputStream()), System.err, false, false,
        false);
  }

  private static Object value(Map<String, Object> object, String name) {
    var value = object.get(name);
    if (value == null) {
      throw new AssertionError("no " + name + " in " + object);
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> object, String name) {
    return (Map<String, Object>) value(object, name);
  }
}
