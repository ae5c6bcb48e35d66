package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of the demonstration that need no log. */
final class DemoPartsTest {

  /** Writes down what it is told. */
  private static final class Notes implements LineWriters.Listener {
    private final List<String> notes = new ArrayList<>();

    @Override
    public void begun(int line) {
      notes.add("begun " + line);
    }

    @Override
    public void acknowledged(int line, long id, long nanos) {
      notes.add("acknowledged " + line + " " + id + " " + nanos);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void anyFileHasTheLinesThatAppendWouldFind(Inputs.Input file, @TempDir Path temporary) throws IOException {
    try (var input = DemoInput.open(Files.write(temporary.resolve("input"), file.bytes()))) {
      var lines = new ArrayList<String>();
      for (var line = 0; line < input.count(); line++) {
        lines.add(new String(input.line(line), ISO_8859_1));
        assertEquals(lines.getLast().length(), input.length(line));
      }
      assertEquals(file.lines(), lines);
      assertEquals(file.bytes().length, input.sizeBytes());
    }
  }

  @Test
  void aLineThatNoRecordMayHoldIsRefusedByItsNumber(@TempDir Path temporary) throws IOException {
    try (var input = DemoInput.open(Files.writeString(temporary.resolve("input"), "12\n1234\n"))) {
      input.requireLinesUpTo(4);
      var failure = assertThrows(CommandException.class, () -> input.requireLinesUpTo(3));
      assertTrue(String.valueOf(failure.getMessage()).startsWith("line 2 is longer"));
    }
  }

  @Test
  void whatIsSaidOverThePipeArrives() throws IOException {
    var pipe = new ByteArrayOutputStream();
    var writer = AckPipe.writer(pipe);
    writer.begun(7);
    writer.acknowledged(7, Long.MAX_VALUE, 12);
    writer.begun(Integer.MAX_VALUE);
    assertEquals(List.of("begun 7", "acknowledged 7 9223372036854775807 12", "begun 2147483647"),
        read(pipe.toByteArray()));
  }

  @Test
  void halfAMessageSaysNothing() throws IOException {
    var pipe = new ByteArrayOutputStream();
    AckPipe.writer(pipe).begun(1);
    var length = pipe.size();
    AckPipe.writer(pipe).acknowledged(1, 2, 3);
    for (var cut = length; cut < pipe.size(); cut++) {
      assertEquals(List.of("begun 1"), read(Arrays.copyOf(pipe.toByteArray(), cut)));
    }
  }

  @Test
  void anUnknownMessageIsAnError() {
    assertThrows(IOException.class, () -> read(new byte[64]));
  }

  @Test
  void theLedgerKnowsWhatIsInFlightAndWhatIsMissing(@TempDir Path temporary) throws IOException {
    try (var input = DemoInput.open(Files.writeString(temporary.resolve("input"), "a\nbb\nccc\ndddd\n"))) {
      var ledger = new DemoLedger(input);
      ledger.begun(0);
      ledger.begun(2);
      ledger.begun(1);
      ledger.acknowledged(2, 0, 100);
      ledger.acknowledged(0, 5, 300);
      assertEquals(List.of(1), ledger.inFlight());
      assertArrayEquals(new int[]{1, 3}, ledger.missing());
      assertEquals(2, ledger.acknowledged());
      assertThrows(IllegalStateException.class, () -> ledger.acknowledged(0, 6, 1));
      var problems = new ArrayList<String>();
      assertArrayEquals(new int[]{2, -1}, ledger.linesById(2, problems::add));
      assertEquals(List.of("line 1 was acknowledged under id 5, and is missing"), problems);
      var phase = ledger.takePhase();
      assertEquals(2, phase.records());
      assertEquals(4, phase.bytes());
      assertEquals(Duration.ofNanos(300), phase.p99());
      assertEquals(0, ledger.takePhase().records());
    }
  }

  @Test
  void anIdGivenTwiceIsAProblem(@TempDir Path temporary) throws IOException {
    try (var input = DemoInput.open(Files.writeString(temporary.resolve("input"), "a\na\n"))) {
      var ledger = new DemoLedger(input);
      ledger.acknowledged(0, 0, 1);
      ledger.acknowledged(1, 0, 1);
      var problems = new ArrayList<String>();
      ledger.linesById(1, problems::add);
      assertEquals(List.of("id 0 was given to line 1 and to line 2"), problems);
    }
  }

  @Test
  void theBookIsThere() throws IOException {
    try (var book = Main.class.getResourceAsStream("opticks.txt")) {
      assertTrue(book != null && book.readAllBytes().length > 500_000);
    }
  }

  private static List<String> read(byte[] pipe) throws IOException {
    var notes = new Notes();
    AckPipe.read(new ByteArrayInputStream(pipe), notes);
    return notes.notes;
  }
}
