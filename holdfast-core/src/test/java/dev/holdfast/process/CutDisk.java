package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A file system of its own in a file, whose power can be cut for real: nothing that was not synced by then gets out of
 * the memory of the system any more. Never left behind: what a process that was killed has left mounted, the next one
 * cleans up.
 */
final class CutDisk implements AutoCloseable {
  private static final String PREFIX = "power-cut-";
  private static final long SIZE = 400L << 20;
  private static final long OUTER_SIZE = SIZE + (200L << 20);

  /** Where the power goes. */
  enum Cut {
    /** The file system stops at once and does not write its journal out: what the disk has accepted stays. */
    FILE_SYSTEM,
    /**
     * The disk below the file system, which is a file on another one, stops: it also loses what it had accepted without
     * being told to flush it.
     */
    DISK
  }

  private final Path folder;
  private final String fileSystem;
  private final Cut cut;
  private final Deque<Path> mounted = new ArrayDeque<>();
  private final Thread cleanUp = Thread.ofPlatform().name("power-cut-cleanup").unstarted(this::unmountForced);

  private CutDisk(Path folder, String fileSystem, Cut cut) {
    this.folder = folder;
    this.fileSystem = fileSystem;
    this.cut = cut;
  }

  /** Makes one; skips the test, saying why, where that is not possible. */
  static CutDisk create(String fileSystem, Cut cut) throws IOException {
    assumeReason(whyNot(fileSystem), fileSystem);
    var target = Files.createDirectories(Path.of("target")).toRealPath();
    cleanUpAfterTheKilled(target);
    var disk = new CutDisk(Files.createTempDirectory(target, PREFIX + ProcessHandle.current().pid() + "-"), fileSystem,
        cut);
    Runtime.getRuntime().addShutdownHook(disk.cleanUp);
    var reason = disk.make();
    if (!reason.isEmpty()) {
      disk.close();
    }
    assumeReason(reason, fileSystem);
    return disk;
  }

  private static void assumeReason(String reason, String fileSystem) {
    if (!reason.isEmpty()) {
      System.err.println("SKIPPED: no power cuts on " + fileSystem + ": " + reason);
    }
    assumeTrue(reason.isEmpty(), "no power cuts on " + fileSystem + ": " + reason);
  }

  private static String whyNot(String fileSystem) {
    var missing = Command.missing("mkfs.ext4", "mkfs." + fileSystem, "mount", "umount", "losetup", "xfs_io");
    if (!missing.isEmpty()) {
      return "not installed: " + missing;
    }
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      return "this system has no loop devices";
    }
    return System.getProperty("user.name").equals("root") ? "" : "only root may mount";
  }

  /** Returns what went wrong. */
  private String make() throws IOException {
    Files.createDirectories(root());
    var image = disk();
    if (cut == Cut.DISK) {
      Files.createDirectories(folder.resolve("outer"));
      image = outerDisk();
      setSize(image, OUTER_SIZE);
      var reason = Command.run("mkfs.ext4", "-q", "-F", image.toString()) + mountOuter();
      if (!reason.isEmpty()) {
        return reason;
      }
      image = disk();
      // With all its blocks: a disk does not grow when it is written to.
      reason = Command.run("fallocate", "-l", Long.toString(SIZE), image.toString());
      if (!reason.isEmpty()) {
        return reason;
      }
    } else {
      setSize(image, SIZE);
    }
    var reason = Command.run("mkfs." + fileSystem, "-q", image.toString());
    return reason.isEmpty() ? mount(image, root()) : reason;
  }

  private static void setSize(Path file, long size) throws IOException {
    try (var image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(size);
    }
  }

  private Path outerDisk() {
    return folder.resolve("outer.img");
  }

  private Path disk() {
    return cut == Cut.DISK ? folder.resolve("outer/disk.img") : folder.resolve("disk.img");
  }

  /** Returns the folder that it is mounted at. */
  Path root() {
    return folder.resolve("mounted");
  }

  private String mountOuter() throws IOException {
    return mount(outerDisk(), folder.resolve("outer"));
  }

  private String mount(Path image, Path at) throws IOException {
    var reason = Command.run("mount", "-o", "loop", image.toString(), at.toString());
    if (reason.isEmpty()) {
      mounted.push(at);
    }
    return reason;
  }

  /** Cuts the power. From now on everything on this disk fails. */
  void cutPower() throws IOException {
    assertEquals("", Command.run("xfs_io", "-x", "-c", "shutdown", mounted.getLast().toString()));
  }

  /** Gives it power again. Nobody may use it any more from before. */
  void restore() throws IOException {
    while (!mounted.isEmpty()) {
      unmount(mounted.peek());
      mounted.pop();
    }
    if (cut == Cut.DISK) {
      assertEquals("", mountOuter());
    }
    assertEquals("", mount(disk(), root()));
  }

  private static void unmount(Path path) throws IOException {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    var reason = Command.run("umount", path.toString());
    while (!reason.isEmpty() && System.nanoTime() < deadline) { // a killed process may hold it for a moment
      LockSupport.parkNanos(20_000_000);
      reason = Command.run("umount", path.toString());
    }
    assertEquals("", reason);
  }

  @Override
  public void close() throws IOException {
    try {
      while (!mounted.isEmpty()) {
        unmount(mounted.peek());
        mounted.pop();
      }
    } finally {
      unmountForced();
      Runtime.getRuntime().removeShutdownHook(cleanUp);
      delete(folder);
    }
  }

  private void unmountForced() {
    try {
      while (!mounted.isEmpty()) {
        Command.run("umount", "-l", mounted.pop().toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unmounts and deletes what processes of this test that are no more have left. */
  private static void cleanUpAfterTheKilled(Path target) throws IOException {
    Map<Path, Long> owners = new HashMap<>();
    try (var files = Files.list(target)) {
      for (var file : (Iterable<Path>) files::iterator) {
        var name = String.valueOf(file.getFileName());
        if (name.startsWith(PREFIX)) {
          owners.put(file, Long.parseLong(name.substring(PREFIX.length(), name.indexOf('-', PREFIX.length()))));
        }
      }
    }
    for (var owner : owners.entrySet()) {
      if (ProcessHandle.of(owner.getValue()).isEmpty()) {
        Command.run("umount", "-l", owner.getKey().resolve("mounted").toString());
        Command.run("umount", "-l", owner.getKey().resolve("outer").toString());
        delete(owner.getKey());
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
