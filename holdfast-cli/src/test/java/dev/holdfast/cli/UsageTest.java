package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says before it has looked at any log. */
final class UsageTest {

  @Test
  void helpListsTheCommandsAndExitCodes() {
    var result = Cli.holdfast("--help").exits(ExitCode.OK);
    for (var command : new String[]{"append", "cat", "tail", "streams", "info", "verify", "truncate", "delete-stream",
        "repair", "demo"}) {
      result.says("  " + command + " ");
    }
    result.says("Exit codes:").says("somebody else has the log open for writing");
    assertFalse(result.out().contains("demo-writer"), "is for the program itself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "cat", "tail", "streams", "info", "verify", "truncate", "delete-stream", "repair",
      "demo"})
  void everyCommandExplainsItselfWithExamplesAndExitCodes(String command) {
    Cli.holdfast(command, "--help").exits(ExitCode.OK).says("Usage: holdfast " + command).says("Examples:")
        .says("  holdfast " + command).says("Exit codes:").says("--json").says("--stacktrace");
  }

  @Test
  void tellsItsVersion() {
    Cli.holdfast("--version").exits(ExitCode.OK).says("holdfast ").says("Java ");
  }

  @Test
  void nothingIsColouredUnlessOnATerminal() {
    assertFalse(Cli.holdfast("--help").out().contains("\u001b"));
    assertEquals(System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM")),
        Cli.person("").run("--help").out().contains("\u001b"));
  }

  @Test
  void wantsACommand() {
    Cli.holdfast().exits(ExitCode.USAGE).complains("which command?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "append", "append dir", "cat dir", "tail dir", "streams", "info", "verify",
      "truncate dir stream", "truncate dir stream --before 1 --from 2", "delete-stream dir", "repair dir",
      "cat dir stream --from x", "cat dir stream --nonsense", "cat dir stream extra", "cat dir stream --format xml",
      "append dir stream --sync-policy never", "append dir stream --length-prefix=middle", "demo --writers 0",
      "demo --kill-at 101", "demo --writers x", "cat --from -1 dir stream", "cat dir stream --limit=-1",
      "tail dir stream -n=-1", "append dir stream --batch 0"})
  void refusesWhatMakesNoSense(String commandLine) {
    Cli.holdfast((Object[]) commandLine.split(" ")).exits(ExitCode.USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat DIR s", "tail DIR s", "tail DIR s -f", "streams DIR", "info DIR", "info DIR s",
      "verify DIR", "verify DIR s", "truncate DIR s --before 1 --yes", "truncate DIR s --from 1 --yes",
      "delete-stream DIR s --yes", "repair DIR --backup x --yes"})
  void aLogThatIsNotThereIsNotMade(String commandLine, @TempDir Path temporary) {
    var missing = temporary.resolve("missing");
    Cli.holdfast((Object[]) commandLine.replace("DIR", missing.toString()).split(" ")).exits(ExitCode.NOT_FOUND)
        .complains("there is no log in " + missing);
    assertFalse(Files.exists(missing));
  }

  @ParameterizedTest
  @CsvSource({"append DIR s,append", "demo,demo"})
  void aFileThatIsNotThereIsFoundOutBeforeAnythingIsMade(String commandLine, String name, @TempDir Path temporary) {
    var log = temporary.resolve(name);
    var arguments = (commandLine + " " + temporary.resolve("no-such-file")).replace("DIR", log.toString());
    Cli.holdfast((Object[]) arguments.split(" ")).exits(ExitCode.NOT_FOUND).complains("no-such-file");
    assertFalse(Files.exists(log));
  }

  @Test
  void aDirectoryIsNoInput(@TempDir Path temporary) {
    Cli.holdfast("append", temporary.resolve("log"), "s", temporary).exits(ExitCode.STORAGE);
  }

  @Test
  void aDirectoryWithOtherThingsIsNoPlaceForADemo(@TempDir Path temporary) throws IOException {
    Files.writeString(temporary.resolve("precious"), "x");
    Cli.holdfast("demo", "--dir", temporary).exits(ExitCode.USAGE).complains("is not empty");
  }

  @Test
  void showsAStackTraceWhenAsked() {
    var result = Cli.holdfast("streams", "no-such-directory", "--stacktrace");
    assertEquals(ExitCode.NOT_FOUND, result.exitCode());
    assertTrue(result.err().contains("\tat dev.holdfast"), result.err());
  }
}
