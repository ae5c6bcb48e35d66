package dev.holdfast.api;

import static dev.holdfast.api.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.WalLockedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One writer (C8), in this process and in others. */
class LockingTest {

  @TempDir
  Path temporary;

  @Test
  void aSecondOpenInThisProcessIsRefusedAndNamesTheHolder() {
    var root = temporary.resolve("log");
    try (var wal = Wal.open(root)) {
      wal.stream("s").append(bytes("x"));
      var e = assertThrows(WalLockedException.class, () -> Wal.open(root));
      assertTrue(Logs.message(e).contains("pid=" + ProcessHandle.current().pid()), e.getMessage());
      assertTrue(Logs.message(e).contains(root.toString()), e.getMessage());
      assertEquals(1, wal.stream("s").append(bytes("y")), "the holder is not disturbed");
    }
    Wal.open(root).close();
  }

  @Test
  void anotherWayToTheSameDirectoryIsTheSameLock() {
    var root = temporary.resolve("log");
    try (var _ = Wal.open(root)) {
      assertThrows(WalLockedException.class, () -> Wal.open(temporary.resolve("x/../log/.")));
    }
  }

  @Test
  void aWriterInAnotherProcessRefusesOneHereAndDiesWithItsLock() throws Exception {
    var root = temporary.resolve("log");
    try (var other = Writer.start(root)) {
      var e = assertThrows(WalLockedException.class, () -> Wal.open(root));
      assertTrue(Logs.message(e).contains("pid=" + other.process.pid()), e.getMessage());
      try (var reader = Wal.openReadOnly(root, WalOptions.defaults())) {
        assertEquals(List.of("from another process"), Logs.read(reader.stream("s"), 0));
      }
      other.process.destroyForcibly();
      assertTrue(other.process.waitFor(30, TimeUnit.SECONDS));
    }
    try (var wal = Wal.open(root)) { // with no clean-up by hand
      assertEquals(List.of("from another process"), Logs.read(wal.stream("s"), 0));
      assertEquals(1, wal.stream("s").append(bytes("here")));
    }
  }

  @Test
  void aWriterHereRefusesOneInAnotherProcess() throws Exception {
    var root = temporary.resolve("log");
    try (var wal = Wal.open(root)) {
      wal.stream("s").append(bytes("here"));
      try (var other = Writer.start(root)) {
        assertTrue(other.firstLine.contains("WalLockedException")
            && other.firstLine.contains("pid=" + ProcessHandle.current().pid()), other.firstLine);
      }
      assertEquals(1, wal.stream("s").append(bytes("still here")));
    }
  }

  /** Another process that opens a log, appends one record and waits to be killed. */
  private record Writer(Process process, String firstLine) implements AutoCloseable {

    static Writer start(Path root) throws IOException {
      var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      var classPath = origin(Writer.class) + ":" + origin(Wal.class) + ":" + origin(Directory.class);
      var process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", classPath, WriterProgram.class.getName(),
          root.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      return new Writer(process, Objects.requireNonNull(answers.readLine(), "it ended without a word"));
    }

    /** Returns where a class was loaded from, also if it was patched into a module. */
    private static String origin(Class<?> type) {
      var file = type.getName().replace('.', '/') + ".class";
      var url = Objects.requireNonNull(type.getResource("/" + file)).toString();
      var path = url.substring(url.indexOf(":/") + 1, url.length() - file.length());
      return path.endsWith("!/") ? path.substring(path.startsWith("file:") ? 5 : 0, path.length() - 2) : path;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
