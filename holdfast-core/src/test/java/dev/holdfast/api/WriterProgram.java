package dev.holdfast.api;

import dev.holdfast.Wal;
import dev.holdfast.WalLockedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Opens a log, appends a record, says so, and keeps the log open until it is killed. */
final class WriterProgram {
  private WriterProgram() {}

  /** The program; its argument is the directory. */
  public static void main(String[] args) throws InterruptedException {
    try (var wal = Wal.open(Path.of(args[0]))) {
      wal.stream("s").append("from another process".getBytes(StandardCharsets.UTF_8));
      System.out.println("appended");
      Thread.sleep(60_000);
    } catch (WalLockedException e) {
      System.out.println(e);
    }
  }
}
