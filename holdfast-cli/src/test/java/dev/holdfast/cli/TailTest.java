package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TailTest {

  @TempDir
  private Path temporary;

  private Path log() {
    return temporary.resolve("log");
  }

  private static ExecutorService oneThread() {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().name("tail").factory());
  }

  @Test
  void printsTheLastRecords() {
    Logfiles.fill(log(), "s", 1000);
    assertEquals(10, Cli.holdfast("tail", log(), "s").exits(ExitCode.OK).lines().size());
    assertEquals(List.of("record 998", "record 999"), Cli.holdfast("tail", log(), "s", "-n", 2).lines());
    assertEquals(List.of("998\trecord 998", "999\trecord 999"),
        Cli.holdfast("tail", log(), "s", "-n2", "--ids").lines());
    assertEquals(List.of(), Cli.holdfast("tail", log(), "s", "-n", 0).exits(ExitCode.OK).lines());
    assertEquals(1000, Cli.holdfast("tail", log(), "s", "-n", 5000).lines().size());
    assertEquals(999L, TestJson.parse(Cli.holdfast("tail", log(), "s", "-n1", "--json").out()).get("id"));
  }

  @Test
  void followsALiveWriterUntilItFallsSilent() throws Exception {
    try (var wal = Wal.open(log()); var threads = oneThread()) {
      var stream = wal.stream("s");
      stream.append("before".getBytes(UTF_8));
      Callable<Cli.Result> tail = () -> Cli.holdfast("tail", log(), "s", "-f", "--idle", "2s");
      var result = threads.submit(tail);
      for (var i = 0; i < 200; i++) {
        stream.append(("after " + i).getBytes(UTF_8));
        Thread.sleep(1);
      }
      var lines = result.get().exits(ExitCode.OK).lines();
      assertEquals("after 199", lines.getLast());
      assertEquals(lines.stream().distinct().toList(), lines);
      assertTrue(lines.size() >= 10, lines::toString);
    }
  }

  @Test
  void followsFromTheEndWhenNothingOldIsWanted() {
    Logfiles.fill(log(), "s", 10);
    assertEquals("", Cli.holdfast("tail", log(), "s", "-n0", "-f", "--idle", "10ms").exits(ExitCode.OK).out());
  }
}
