package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code truncate}, {@code delete-stream} and {@code repair}. */
final class CutTest {

  @TempDir
  private Path temporary;

  private Path log() {
    return temporary.resolve("log");
  }

  @Test
  void fromDeletesExactlyAndGivesTheIdAgain() {
    Logfiles.fill(log(), "s", 100);
    Cli.holdfast("truncate", log(), "s", "--from", 40, "--yes").exits(ExitCode.OK)
        .says("deleted 60 records: ids 40 to 99");
    assertEquals(Logfiles.lines(40), Cli.holdfast("cat", log(), "s").out());
    Cli.given("new\n").run("append", log(), "s").exits(ExitCode.OK).says("id 40");
    assertEquals(Logfiles.lines(40) + "new\n", Cli.holdfast("cat", log(), "s").out());
  }

  @Test
  void beforeDeletesWholeSegmentsAsTheDryRunSaid() {
    Logfiles.fill(log(), "s", 1000);
    var promised = Cli.holdfast("truncate", log(), "s", "--before", 500, "--dry-run", "--json").exits(ExitCode.OK)
        .json();
    assertEquals(Logfiles.lines(1000), Cli.holdfast("cat", log(), "s").out());
    var done = Cli.holdfast("truncate", log(), "s", "--before", 500, "--yes", "--json").exits(ExitCode.OK).json();
    assertEquals(promised.get("nextId"), done.get("nextId"));
    var first = (Long) done.getOrDefault("nextId", -1L);
    assertTrue(first > 300 && first <= 500, () -> "first id " + first);
    Cli.holdfast("cat", log(), "s", "--from", 1, "--limit", 1, "--ids").exits(ExitCode.OK)
        .says(first + "\trecord " + first).complains("records before " + first + " have been truncated");
  }

  @Test
  void truncatingEverythingDoesNotResetTheIds() {
    Logfiles.fill(log(), "s", 10);
    Cli.holdfast("truncate", log(), "s", "--before", 10, "--yes").exits(ExitCode.OK);
    Cli.given("x\n").run("append", log(), "s").exits(ExitCode.OK).says("id 10");
  }

  @Test
  void idsOutsideOfTheStreamAreRefused() {
    Logfiles.fill(log(), "s", 10);
    Cli.holdfast("truncate", log(), "s", "--from", 11, "--yes").exits(ExitCode.USAGE).complains("from 0 to 10, not 11");
    Cli.holdfast("truncate", log(), "s", "--before", 11, "--yes").exits(ExitCode.USAGE);
    Cli.holdfast("truncate", log(), "s", "--from=-1", "--yes").exits(ExitCode.USAGE);
    Cli.holdfast("truncate", log(), "other", "--from", 1, "--yes").exits(ExitCode.NOT_FOUND);
  }

  @Test
  void nothingIsDestroyedUnasked() {
    Logfiles.fill(log(), "s", 10);
    Cli.holdfast("truncate", log(), "s", "--from", 5).exits(ExitCode.USAGE).complains("--yes");
    Cli.holdfast("delete-stream", log(), "s").exits(ExitCode.USAGE).complains("--yes");
    assertEquals(ExitCode.USAGE, Cli.person("n\n").run("truncate", log(), "s", "--from", 5).exitCode());
    assertEquals(ExitCode.USAGE, Cli.person("").run("delete-stream", log(), "s").exitCode());
    assertEquals(Logfiles.lines(10), Cli.holdfast("cat", log(), "s").out());
  }

  @Test
  void aPersonMaySayYes() {
    Logfiles.fill(log(), "s", 10);
    var result = Cli.person("y\n").run("truncate", log(), "s", "--from", 5);
    assertEquals(ExitCode.OK, result.exitCode(), result.err());
    result.complains("Delete 5 records (ids 5 to 9) of 's'? [y/N]").says("deleted 5 records");
    assertEquals(ExitCode.OK, Cli.person("YES\n").run("delete-stream", log(), "s").exitCode());
    Cli.holdfast("cat", log(), "s").exits(ExitCode.NOT_FOUND);
  }

  @Test
  void deletesAStream() {
    Logfiles.fill(log(), "s", 10);
    Logfiles.fill(log(), "t", 10);
    Cli.holdfast("delete-stream", log(), "s", "--yes").exits(ExitCode.OK).says("deleted 's'");
    assertEquals("t\n", Cli.holdfast("streams", log(), "--names").out());
    Cli.holdfast("delete-stream", log(), "s", "--yes").exits(ExitCode.NOT_FOUND);
  }

  @Test
  void nothingIsCutWhileSomebodyWrites() throws IOException {
    Logfiles.crash(log(), "s", 10, temporary.resolve("live"));
    try (var wal = Wal.open(log())) {
      assertTrue(wal.hasStream("s"));
      Cli.holdfast("truncate", log(), "s", "--from", 1, "--yes").exits(ExitCode.LOCKED);
      Cli.holdfast("delete-stream", log(), "s", "--yes").exits(ExitCode.LOCKED);
    }
  }

  @Test
  void repairKeepsACopyAndGoesOnFromTheDamage() throws IOException {
    Logfiles.crash(log(), "s", 100, temporary.resolve("live"));
    Logfiles.damageFirstRecord(Logfiles.segments(log(), "s").getFirst());
    var damaged = Logfiles.digests(log().resolve("streams"));
    Cli.given("x\n").run("append", log(), "s").exits(ExitCode.DAMAGE);
    var backup = temporary.resolve("backup");
    Cli.holdfast("repair", log(), "--backup", backup).exits(ExitCode.USAGE).complains("--yes");
    assertFalse(Files.exists(backup));
    Cli.holdfast("repair", log(), "--backup", backup, "--yes").exits(ExitCode.OK).says("'s' goes on with id 0");
    assertEquals(damaged, Logfiles.digests(backup.resolve("streams")));
    Cli.given("x\n").run("append", log(), "s").exits(ExitCode.OK).says("id 0");
    Cli.holdfast("verify", log()).exits(ExitCode.OK);
    Cli.holdfast("repair", log(), "--backup", backup, "--yes").exits(ExitCode.OK).says("nothing to repair");
  }

  @Test
  void repairDoesNotOverwriteABackup() throws IOException {
    Logfiles.crash(log(), "s", 100, temporary.resolve("live"));
    Logfiles.damageFirstRecord(Logfiles.segments(log(), "s").getFirst());
    var before = Logfiles.digests(log());
    Cli.holdfast("repair", log(), "--backup", temporary, "--yes").exits(ExitCode.STORAGE).complains("exists already");
    assertEquals(before, Logfiles.digests(log()));
  }
}
