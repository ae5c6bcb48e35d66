package dev.holdfast.testkit;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Fills a small file system and prints {@code ok}, or what was wrong. */
final class FullDiskProgram {

  private FullDiskProgram() {}

  /** Returns the command that runs it on {@code directory}. */
  static List<String> command(Path directory) {
    return LockProgram.java(FullDiskProgram.class, directory);
  }

  /** The program. */
  public static void main(String[] args) throws IOException {
    Directory directory = FsDirectory.open(Path.of(args[0]));
    expectFull("big", () -> directory.create("big", 8 << 20));
    expectFull("big", () -> directory.writeAtomically("big", new byte[2 << 20]));
    if (!directory.list().isEmpty()) {
      System.out.println("left behind: " + directory.list());
      return;
    }
    try (LogFile file = directory.create("f", 0)) {
      expectFull("f", () -> file.write(ByteBuffer.allocate(2 << 20), 0));
      file.truncate(0);
      file.write(ByteBuffer.allocate(100_000), 0);
      file.force();
    }
    System.out.println("ok");
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void expectFull(String name, Work work) throws IOException {
    try {
      work.run();
      System.out.println(name + " fits");
    } catch (OutOfSpaceException e) {
      if (!String.valueOf(e.getMessage()).contains("/" + name)) {
        System.out.println("not named: " + e);
      }
    }
  }
}
