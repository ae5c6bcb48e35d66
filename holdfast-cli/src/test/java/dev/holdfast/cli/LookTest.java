package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code streams}, {@code info} and {@code verify}. */
final class LookTest {

  @TempDir
  private Path temporary;

  private Path log() {
    return temporary.resolve("log");
  }

  @Test
  void streamsListsThemSorted() {
    Logfiles.fill(log(), "b", 3);
    Logfiles.fill(log(), "a", 1000);
    var lines = Cli.holdfast("streams", log()).exits(ExitCode.OK).lines();
    assertEquals(3, lines.size());
    assertTrue(lines.get(1).matches("a +0 +1000 +1,000 +\\d+ +\\S+ KiB  CLEAN"), lines.get(1));
    assertTrue(lines.get(2).matches("b +0 +3 +3 +1 +\\S+ \\S+ +CLEAN"), lines.get(2));
    assertEquals("a\nb\n", Cli.holdfast("streams", log(), "--names").out());
    assertEquals(List.of("a", "b"), Cli.holdfast("streams", log(), "--names", "--json").json().get("streams"));
    var a = objects(Cli.holdfast("streams", log(), "--json").json(), "streams").getFirst();
    assertEquals(List.of("a", 0L, 1000L, "CLEAN"),
        List.of(value(a, "name"), value(a, "firstId"), value(a, "nextId"), value(a, "state")));
  }

  @Test
  void infoShowsSegmentsAndRecovery() throws IOException {
    Logfiles.fill(log(), "s", 1000);
    var count = Logfiles.segments(log(), "s").size();
    var info = Cli.holdfast("info", log(), "s").exits(ExitCode.OK).says("writer   none").says("1,000, ids 0 up to")
        .says("state     CLEAN").says("SEALED").says("00000000000000000000.seg");
    assertEquals(count, info.lines().stream().filter(line -> line.contains(".seg")).count());
    var stream = objects(Cli.holdfast("info", log(), "--json").exits(ExitCode.OK).json(), "streams").getFirst();
    assertEquals(count, objects(stream, "segments").size());
    assertEquals("CLEAN", value(object(stream, "recovery"), "outcome"));
  }

  @Test
  void infoNamesTheWriter() {
    try (var wal = Wal.open(log())) {
      wal.stream("s").append(new byte[1]);
      Cli.holdfast("info", log()).exits(ExitCode.OK).says(Long.toString(ProcessHandle.current().pid()));
      var writer = String.valueOf(Cli.holdfast("info", log(), "--json").json().get("writer"));
      assertTrue(writer.contains(Long.toString(ProcessHandle.current().pid())), writer);
    }
    assertEquals("null", Cli.holdfast("info", log(), "--json").json().get("writer"));
  }

  @Test
  void aStreamThatIsNotThereIsNotFound() {
    Logfiles.fill(log(), "s", 1);
    Cli.holdfast("info", log(), "other").exits(ExitCode.NOT_FOUND).complains("'other'");
    Cli.holdfast("verify", log(), "other").exits(ExitCode.NOT_FOUND).complains("'other'");
    Cli.holdfast("tail", log(), "other").exits(ExitCode.NOT_FOUND).complains("other");
  }

  @Test
  void verifyReadsEveryRecord() {
    Logfiles.fill(log(), "s", 1000);
    Logfiles.fill(log(), "t", 10);
    Cli.holdfast("verify", log()).exits(ExitCode.OK).says("1,000").says("everything is sound");
    var json = Cli.holdfast("verify", log(), "--json").exits(ExitCode.OK).json();
    assertEquals(true, json.get("sound"));
    var s = objects(json, "streams").getFirst();
    assertEquals(1000L, s.get("records"));
    assertEquals(Logfiles.lines(1000).length() - 1000L, s.get("bytes"));
  }

  @Test
  void verifyNamesFileOffsetAndIdOfDamageAndGoesOnBehindIt() throws IOException {
    Logfiles.fill(log(), "s", 1000);
    Logfiles.fill(log(), "sound", 10);
    var segments = Logfiles.segments(log(), "s");
    Logfiles.damageFirstRecord(segments.get(0));
    Logfiles.damageFirstRecord(segments.get(2));
    var id = firstId(segments.get(2));
    var before = Logfiles.digests(log());
    Cli.holdfast("verify", log()).exits(ExitCode.DAMAGE).says("DAMAGED").says("damage in 's'").says("1 stream damaged");
    var json = Cli.holdfast("verify", log(), "--json").exits(ExitCode.DAMAGE).json();
    assertEquals(before, Logfiles.digests(log()), "verify changed something");
    assertEquals(false, json.get("sound"));
    var stream = objects(json, "streams").getFirst();
    var damages = objects(stream, "damages");
    assertEquals(List.of(0L, id), damages.stream().map(damage -> value(damage, "id")).toList());
    assertTrue(String.valueOf(damages.getLast().get("file")).endsWith(segments.get(2).getFileName().toString()));
    assertEquals(192L, damages.getLast().get("offset"));
    assertTrue((Long) value(stream, "records") > 500 - id, "what lies behind the damage is read too");
    Cli.holdfast("verify", log(), "sound").exits(ExitCode.OK);
    Cli.holdfast("cat", log(), "s").exits(ExitCode.DAMAGE);
  }

  @Test
  void verifyTakesAnUnfinishedLogForSound() throws IOException {
    Logfiles.crash(log(), "s", 100, temporary.resolve("live"));
    var json = Cli.holdfast("verify", log(), "--json").exits(ExitCode.OK).json();
    assertEquals(100L, objects(json, "streams").getFirst().get("records"));
  }

  @Test
  void verifyFindsDamageInAnUnfinishedLog() throws IOException {
    Logfiles.crash(log(), "s", 100, temporary.resolve("live"));
    Logfiles.damageFirstRecord(Logfiles.segments(log(), "s").getFirst());
    var json = Cli.holdfast("verify", log(), "--json").exits(ExitCode.DAMAGE).json();
    var damage = objects(objects(json, "streams").getFirst(), "damages").getFirst();
    assertEquals(List.of(0L, 192L), List.of(value(damage, "id"), value(damage, "offset")));
    Cli.holdfast("streams", log()).exits(ExitCode.OK).says("CORRUPT");
  }

  @Test
  void lookingBesideALiveWriterWorksAndChangesNothing() throws IOException {
    try (var wal = Wal.open(log())) {
      for (var i = 0; i < 100; i++) {
        wal.stream("s").append(new byte[i]);
      }
      var before = Logfiles.digests(log());
      Cli.holdfast("verify", log()).exits(ExitCode.OK).says("100");
      Cli.holdfast("info", log()).exits(ExitCode.OK);
      Cli.holdfast("streams", log()).exits(ExitCode.OK);
      assertEquals(100, Cli.holdfast("cat", log(), "s").exits(ExitCode.OK).lines().size());
      Cli.holdfast("tail", log(), "s").exits(ExitCode.OK);
      assertEquals(before, Logfiles.digests(log()));
    }
  }

  private static long firstId(Path segment) {
    return Long.parseLong(segment.getFileName().toString().replace(".seg", ""));
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

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
    return (List<Map<String, Object>>) value(object, name);
  }
}
