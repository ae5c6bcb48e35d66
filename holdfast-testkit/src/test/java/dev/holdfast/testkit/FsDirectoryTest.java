package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only the file system can show; locks between processes are in {@link FsLockTest}. */
class FsDirectoryTest extends DirectoryContract {

  @TempDir
  Path temporary;

  @Override
  protected Directory newDirectory() throws IOException {
    return FsDirectory.open(temporary);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatReplacesAnotherHasItsPermissionsAndNobodyHasMoreBefore() throws IOException {
    for (String permissions : List.of("rw-------", "rw-rw-rw-", "r--r-----", "rwxr-xr-x")) {
      dir().create("model", 0).close();
      Files.setPosixFilePermissions(temporary.resolve("model"), PosixFilePermissions.fromString(permissions));
      try (LogFile file = dir().createLike("model", "new", 5000)) {
        assertEquals(5000, file.size());
        assertEquals(permissions,
            PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("new"))));
      }
      assertThrows(FileAlreadyExistsException.class, () -> dir().createLike("model", "new", 1));
      dir().delete("new");
      dir().delete("model");
    }
    assertThrows(NoSuchFileException.class, () -> dir().createLike("model", "new", 1));
    assertThrows(IllegalArgumentException.class, () -> dir().createLike("model", "new", -1));
    assertFalse(dir().exists("new"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void createdFilesAreNotSparse() throws Exception {
    int size = 9 * 1024 * 1024 + 5000;
    try (LogFile file = dir().create("f", size)) {
      file.force();
    }
    long allocated = 512 * Long.parseLong(output("stat", "-c", "%b", temporary.resolve("f").toString()));
    assertTrue(allocated >= size, () -> allocated + " of " + size + " bytes are allocated");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(10)
  void whatIsNotAFileIsNotOpened() throws Exception {
    output("mkfifo", temporary.resolve("pipe").toString());
    names(assertThrows(IOException.class, () -> dir().open("pipe", Access.READ)), "pipe");
  }

  @Test
  void createMakesTheDirectoriesAboveToo() throws IOException {
    Path deep = temporary.resolve("a/b/c");
    FsDirectory created = FsDirectory.create(deep);
    write(created, "f", "x");
    assertEquals("x", content(FsDirectory.create(deep), "f"));
    assertEquals("x", Files.readString(deep.resolve("f")));
    assertEquals(deep.toRealPath(), created.path().orElseThrow());
    assertEquals(List.of("a"), dir().list());
  }

  @Test
  void openAndCreateRefuseWhatIsNoDirectory() throws IOException {
    names(assertThrows(NoSuchFileException.class, () -> FsDirectory.open(temporary.resolve("none"))), "none");
    Path file = Files.createFile(temporary.resolve("file"));
    names(assertThrows(NotDirectoryException.class, () -> FsDirectory.open(file)), "file");
    names(assertThrows(NotDirectoryException.class, () -> FsDirectory.create(file)), "file");
    names(assertThrows(IOException.class, () -> FsDirectory.create(file.resolve("below"))), "file");
    Files.createSymbolicLink(temporary.resolve("dangling"), temporary.resolve("nowhere"));
    names(assertThrows(FileAlreadyExistsException.class, () -> FsDirectory.create(temporary.resolve("dangling"))),
        "dangling");
  }

  @Test
  void aDirectoryReachedByALinkIsTheSame() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), Files.createDirectory(temporary.resolve("real")));
    assertEquals(temporary.resolve("real").toRealPath(), FsDirectory.open(link).path().orElseThrow());
    assertEquals(temporary.resolve("real").toRealPath(), FsDirectory.create(link).path().orElseThrow());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void missingRightsAreNamed() throws Exception {
    assumeFalse(output("id", "-u").equals("0"), "root may do everything");
    write(dir(), "f", "x");
    Files.setPosixFilePermissions(temporary.resolve("f"), PosixFilePermissions.fromString("r--r--r--"));
    names(assertThrows(AccessDeniedException.class, () -> dir().open("f", Access.READ_WRITE)), "f");
    assertEquals("x", content(dir(), "f"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      names(assertThrows(AccessDeniedException.class, () -> dir().create("g", 10)), "g");
      names(assertThrows(AccessDeniedException.class, () -> dir().delete("f")), "f");
      names(assertThrows(AccessDeniedException.class, () -> dir().writeAtomically("g", new byte[1])), "g");
    } finally {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whetherAFileExistsIsNotGuessed() throws Exception {
    assumeFalse(output("id", "-u").equals("0"), "root may do everything");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("---------"));
    try {
      assertThrows(AccessDeniedException.class, () -> dir().exists("f"));
      assertThrows(AccessDeniedException.class, () -> dir().list());
    } finally {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aFileIsFilledWithAPauseAfterEachPart() throws Exception {
    int size = 3 * (1 << 20) + 4096;
    List<Long> pauses = new ArrayList<>();
    try (LogFile file = dir().create("f", size, pauses::add)) {
      assertEquals(size, file.size());
      ByteBuffer content = ByteBuffer.allocate(size + 1);
      assertEquals(size, file.read(content, 0));
      assertEquals(ByteBuffer.allocate(size), content.flip());
    }
    assertEquals(3, pauses.size());
    assertTrue(pauses.stream().allMatch(nanos -> nanos > 0), pauses::toString);
  }

  @Test
  void aPauseThatThrowsLeavesNoFile() throws Exception {
    IllegalStateException stop = new IllegalStateException("stop");
    assertSame(stop, assertThrows(IllegalStateException.class, () -> dir().create("f", 3 << 20, _ -> {
      throw stop;
    })));
    assertFalse(dir().exists("f"));
  }

  /** Inside a system call a virtual thread keeps its carrier, and there are only as many as processors. */
  @Test
  void virtualThreadsThatForceLeaveRoomForOthers() throws Exception {
    int forcers = 2 * Runtime.getRuntime().availableProcessors() + 2;
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch turns = new CountDownLatch(10);
    List<Future<?>> work = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < forcers; i++) {
        LogFile file = dir().create("f" + i, 4096);
        work.add(threads.submit(() -> {
          try (file) {
            while (!stop.get()) {
              file.force();
            }
          }
          return true;
        }));
      }
      work.add(threads.submit(() -> {
        while (!stop.get()) {
          Thread.sleep(1);
          turns.countDown();
        }
        return true;
      }));
      boolean hadItsTurns = turns.await(20, TimeUnit.SECONDS);
      stop.set(true);
      assertTrue(hadItsTurns, "another virtual thread got no chance to run");
      for (Future<?> each : work) {
        each.get();
      }
    }
  }

  @Test
  void aFailedForceOnAVirtualThreadIsThrownThere() throws Exception {
    LogFile file = dir().create("f", 0);
    file.close();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(() -> {
        names(assertThrows(ClosedChannelException.class, file::force), "f");
      }).get();
    }
  }

  /** In a name space of its own, where an ordinary user may mount a file system of any size. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullFileSystemIsToldApartAndNoPartOfAFileIsLeft() throws Exception {
    String mount = "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"";
    List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount,
        Files.createDirectory(temporary.resolve("small")).toString()));
    command.addAll(FullDiskProgram.command(temporary.resolve("small")));
    assertEquals("ok", output(command.toArray(String[]::new)));
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assumeTrue(process.waitFor() == 0, () -> String.join(" ", command) + ": " + output);
    assertFalse(output.contains("\n"));
    return output;
  }

  @Test
  void aFileWithALinkHasNoSingleName() throws IOException {
    try (LogFile file = dir().create("file", 1)) {
      assertEquals(1, file.size());
    }
    Path path = dir().path().orElseThrow();
    assertTrue(dir().hasSingleName("file"));
    Files.createSymbolicLink(path.resolve("symbolic"), path.resolve("file"));
    assertFalse(dir().hasSingleName("symbolic"));
    Files.createLink(path.resolve("hard"), path.resolve("file"));
    assertFalse(dir().hasSingleName("file"));
    assertFalse(dir().hasSingleName("hard"));
    assertFalse(dir().hasSingleName("missing"));
  }
}
