package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Stream names and the directories they lead to (A16). */
class StreamNamesTest extends BackendTest {

  /** Names that are easily confused with each other or with something else. */
  static final List<String> DIFFICULT = List.of("a/b", "a_b", "a%2Fb", "a%2fb", "../x", "..%2Fx", "x", ".x", "...", "/",
      "\\", "a\\b", "\u00dc", "U\u0308", "\u00fc", "CON", "con", "nul", "aux.txt", " ", "a ", "a.", "\n", "\0", "%",
      "%%",
      "~new-s", "~deleted-0-s", "STATE", "ring", "LOCK", "streams", "a:b", "*", "\ud83d\ude00", "\u202eabc", "-rf",
      "x".repeat(200), "y".repeat(199), "\u20ac".repeat(22));

  /** Names no stream can have. */
  static final List<String> REFUSED = List.of("", ".", "..", "x".repeat(201), "x".repeat(300), "\u00dc".repeat(34),
      "\ud800", "a\udc00b", "\ud83d");

  @Test
  void everyNameIsAStreamOfItsOwn() throws IOException {
    try (var wal = open()) {
      for (var i = 0; i < DIFFICULT.size(); i++) {
        assertEquals(0, wal.stream(DIFFICULT.get(i)).append(bytes("stream " + i)), DIFFICULT.get(i));
      }
      assertEquals(DIFFICULT.stream().sorted().toList(), wal.streamNames());
    }
    try (var wal = open()) {
      assertEquals(DIFFICULT.stream().sorted().toList(), wal.streamNames());
      for (var i = 0; i < DIFFICULT.size(); i++) {
        var name = DIFFICULT.get(i);
        assertTrue(wal.hasStream(name), name);
        assertEquals(List.of("stream " + i), Logs.read(wal.stream(name), 0), name);
        assertEquals(1, wal.stream(name).append(bytes("more")), name);
      }
    }
  }

  @Test
  void nothingIsWrittenOutsideOfTheLog() throws IOException {
    try (var wal = open()) {
      for (var name : DIFFICULT) {
        wal.stream(name).append(bytes("x"));
      }
    }
    assertEquals(List.of("FORMAT", "LOCK", "LOCK.owner", "READERS", "snapshots", "streams", "system"), root().list());
    assertEquals(DIFFICULT.size(), root().subdirectory("streams").list().size(), "one directory each");
    if (backend == Backend.FILE_SYSTEM) {
      try (var files = Files.list(temporary)) {
        assertEquals(List.of("log"), files.map(path -> path.getFileName() + "").toList());
      }
    }
  }

  @ParameterizedTest
  @FieldSource("REFUSED")
  void whatCannotBeANameIsRefusedByNameAndCreatesNothing(String name) throws IOException {
    try (var wal = open()) {
      for (var call : List.<Runnable>of(() -> wal.stream(name), () -> wal.hasStream(name),
          () -> wal.deleteStream(name))) {
        var e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(Logs.message(e).startsWith("name must "), e.getMessage());
      }
    }
    assertEquals(List.of(), root().subdirectory("streams").list());
  }

  @Test
  void aPersonFindsAStreamByItsName() throws IOException {
    try (var wal = open()) {
      for (var name : List.of("orders", "Orders-2024.eu_west", "a/b", "\u00dc")) {
        wal.stream(name).append(bytes("x"));
      }
    }
    assertEquals(List.of("%C3%9C", "Orders-2024.eu_west", "a%2Fb", "orders"), root().subdirectory("streams").list());
  }

  @Test
  void directoriesThatAreNotStreamsAreLeftAlone() throws IOException {
    try (var wal = open()) {
      wal.stream("s").append(bytes("x"));
    }
    var streams = root().subdirectory("streams");
    for (var other : List.of("lost+found", "a b", "%zz", "a%2fb", "\u00fc")) {
      streams.createSubdirectory(other);
    }
    Logs.write(streams, "notes, by a person", bytes("text"));
    var before = streams.list();
    try (var wal = open()) {
      assertEquals(List.of("s"), wal.streamNames());
      wal.stream("s").append(bytes("y"));
    }
    assertEquals(before, streams.list());
  }

  @Test
  void aThousandStreamsAreListedInOrder() throws IOException {
    var n = times(1000);
    try (var wal = open()) {
      for (var i = n - 1; i >= 0; i--) {
        wal.stream(String.format(Locale.ROOT, "stream-%04d", i)).append(bytes("x"));
      }
      assertEquals(IntStream.range(0, n).mapToObj(i -> String.format(Locale.ROOT, "stream-%04d", i)).toList(),
          wal.streamNames());
    }
  }
}
