package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.MemoryDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks between processes, and between class loaders of one process. */
@Timeout(60)
class FsLockTest {

  @TempDir
  Path temporary;

  private Directory directory = new MemoryDirectory();

  @BeforeEach
  void openDirectory() throws IOException {
    directory = FsDirectory.open(temporary);
  }

  @Test
  void anotherProcessIsRefusedAndStaysRefusedAfterAttemptsInTheHoldersOwn() throws Exception {
    try (LockProgram other = LockProgram.start(temporary)) {
      DirectoryLock lock = directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
      // Each of these would drop the lock of the process if it opened the file and closed it again.
      assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.EXCLUSIVE));
      assertEquals(Optional.empty(), FsDirectory.open(temporary).tryLock("LOCK", LockMode.SHARED));
      assertTrue(directory.isLocked("LOCK"));
      assertEquals("refused", other.ask("exclusive LOCK"));
      assertEquals("refused", other.ask("shared LOCK"));
      assertEquals("yes", other.ask("locked? LOCK"));
      assertTrue(lock.isHeld());
      lock.close();
      assertEquals("no", other.ask("locked? LOCK"));
      assertEquals("got it", other.ask("exclusive LOCK"));
    }
  }

  @Test
  void theLockOfAnotherProcessFallsWhenItIsKilled() throws Exception {
    try (LockProgram other = LockProgram.start(temporary)) {
      assertEquals("got it", other.ask("exclusive LOCK"));
      assertTrue(directory.isLocked("LOCK"));
      assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.EXCLUSIVE));
      assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.SHARED));
      assertTrue(directory.isLocked("LOCK"));
      other.kill();
      assertFalse(directory.isLocked("LOCK"));
      directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow().close();
    }
  }

  @Test
  void sharedLocksAreSharedBetweenProcessesUntilTheLastInEachLeaves() throws Exception {
    Files.createFile(temporary.resolve("READERS"));
    try (LockProgram other = LockProgram.start(temporary)) {
      DirectoryLock first = directory.tryLock("READERS", LockMode.SHARED).orElseThrow();
      DirectoryLock second = directory.tryLock("READERS", LockMode.SHARED).orElseThrow();
      assertEquals("no", other.ask("locked? READERS"));
      assertEquals("got it", other.ask("shared READERS"));
      assertEquals("released", other.ask("release READERS"));
      first.close();
      assertFalse(directory.isLocked("READERS"));
      assertEquals("refused", other.ask("exclusive READERS"), "the first to leave took the lock with it");
      second.close();
      assertEquals("got it", other.ask("exclusive READERS"));
    }
  }

  @Test
  void whoOnlyAsksWhetherItIsLockedNeverMakesAnotherProcessFail() throws Exception {
    Files.createFile(temporary.resolve("LOCK"));
    try (LockProgram other = LockProgram.start(temporary)) {
      assertEquals("probing", other.ask("probe LOCK"));
      assertEquals("probing", other.ask("probe LOCK"));
      for (int i = 0; i < 5000; i++) {
        directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow().close();
      }
    }
  }

  @Test
  void anotherClassLoaderIsRefused() throws Exception {
    try (OtherLoader other = new OtherLoader(temporary); LockProgram process = LockProgram.start(temporary)) {
      DirectoryLock mine = directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
      assertEquals(Optional.empty(), other.tryLock("LOCK", LockMode.EXCLUSIVE));
      assertTrue(other.isLocked("LOCK"));
      assertEquals("refused", process.ask("exclusive LOCK"));
      mine.close();
      Closeable theirs = other.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
      assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.EXCLUSIVE));
      assertTrue(directory.isLocked("LOCK"));
      assertEquals("refused", process.ask("exclusive LOCK"));
      theirs.close();
      assertEquals("got it", process.ask("exclusive LOCK"));
    }
  }

  @Test
  void classLoadersShareSharedLocks() throws Exception {
    Files.createFile(temporary.resolve("READERS"));
    try (OtherLoader other = new OtherLoader(temporary); LockProgram process = LockProgram.start(temporary)) {
      DirectoryLock mine = directory.tryLock("READERS", LockMode.SHARED).orElseThrow();
      Closeable theirs = other.tryLock("READERS", LockMode.SHARED).orElseThrow();
      mine.close();
      assertEquals("refused", process.ask("exclusive READERS"));
      theirs.close();
      assertEquals("got it", process.ask("exclusive READERS"));
    }
  }

  @Test
  void theSameFileByAnotherPathIsTheSameLock() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), Files.createDirectory(temporary.resolve("real")));
    Directory real = FsDirectory.open(temporary.resolve("real"));
    try (DirectoryLock lock = real.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow()) {
      assertTrue(lock.isHeld());
      assertEquals(Optional.empty(), FsDirectory.open(link).tryLock("LOCK", LockMode.EXCLUSIVE));
      Files.createLink(temporary.resolve("HARD"), temporary.resolve("real/LOCK"));
      assertEquals(Optional.empty(), directory.tryLock("HARD", LockMode.EXCLUSIVE));
    }
    try (DirectoryLock lock = real.tryLock("LOCK", LockMode.SHARED).orElseThrow();
        DirectoryLock linked = directory.tryLock("HARD", LockMode.SHARED).orElseThrow()) {
      assertTrue(lock.isHeld() && linked.isHeld());
    }
  }

  @Test
  void deletingTheLockFileDoesNotFreeTheLockWithinTheProcess() throws Exception {
    DirectoryLock lock = directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
    Files.delete(temporary.resolve("LOCK"));
    assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.EXCLUSIVE));
    lock.close();
    directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow().close();
  }

  @Test
  void aLockTakenByOtherMeansInThisProcessIsLeftAlone() throws Exception {
    Path file = Files.createFile(temporary.resolve("LOCK"));
    try (FileChannel foreign = FileChannel.open(file, StandardOpenOption.WRITE);
        LockProgram other = LockProgram.start(temporary)) {
      assertTrue(foreign.lock().isValid());
      assertEquals(Optional.empty(), directory.tryLock("LOCK", LockMode.EXCLUSIVE));
      assertTrue(directory.isLocked("LOCK"));
      assertEquals("refused", other.ask("exclusive LOCK"));
    }
  }

  @Test
  void theSystemPropertiesStayPrintable() throws Exception {
    try (DirectoryLock lock = directory.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow()) {
      assertTrue(lock.isHeld());
      System.getProperties().store(Writer.nullWriter(), "");
    }
  }

  /** The storage classes loaded a second time. */
  private static final class OtherLoader implements AutoCloseable {
    private final URLClassLoader loader;
    private final Class<?> type;
    private final Object other;

    OtherLoader(Path path) throws Exception {
      URL classes = LockProgram.root(FsDirectory.class).toUri().toURL();
      // No parent: the platform's loader would hand out the classes of our module.
      loader = new URLClassLoader(new URL[]{classes}, null);
      type = loader.loadClass(FsDirectory.class.getName());
      assertFalse(type == FsDirectory.class, "loaded twice");
      other = invoke(null, type.getMethod("open", Path.class), path);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    Optional<Closeable> tryLock(String name, LockMode mode) throws Exception {
      Class modes = loader.loadClass(LockMode.class.getName());
      Method method = type.getMethod("tryLock", String.class, modes);
      return (Optional<Closeable>) invoke(other, method, name, Enum.valueOf(modes, mode.name()));
    }

    boolean isLocked(String name) throws Exception {
      return (Boolean) invoke(other, type.getMethod("isLocked", String.class), name);
    }

    private static Object invoke(@Nullable Object target, Method method, Object... arguments)
        throws Exception {
      return Objects.requireNonNull(method.invoke(target, arguments));
    }

    @Override
    public void close() throws IOException {
      loader.close();
    }
  }
}
