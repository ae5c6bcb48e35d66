package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingSupplier;

/**
 * What every {@link Directory} must do. An implementation is tested by a subclass that says how to get an empty one:
 *
 * <pre>{@code
 * class MyDirectoryTest extends DirectoryContract {
 *   protected Directory newDirectory() {
 *     return new MyDirectory();
 *   }
 * }
 * }</pre>
 *
 * <p>
 * What is bound to a file system and to processes (blocks, locks of other processes) is for the test of that
 * implementation alone; so is what becomes of unsynced data when power is lost.
 */
@Timeout(60)
public abstract class DirectoryContract extends FileContract {

  /** For subclasses. */
  protected DirectoryContract() {}

  // --- mapping

  @Test
  void mappedFilesShareTheirBytes() throws IOException {
    assumeTrue(dir().canMap());
    LogFile file = dir().create("f", 10_000);
    try (Arena arena = Arena.ofConfined()) {
      file.write(bytes("hello"), 5_000);
      MemorySegment writable = file.map(arena, 0, 10_000, Access.READ_WRITE);
      MemorySegment readOnly = file.map(arena, 4_999, 10, Access.READ);
      assertEquals('h', readOnly.get(ValueLayout.JAVA_BYTE, 1));
      writable.set(ValueLayout.JAVA_BYTE, 5_000, (byte) 'J');
      assertEquals('J', readOnly.get(ValueLayout.JAVA_BYTE, 1));
      assertEquals("Jello", read(file, 5_000, 5));
      assertTrue(readOnly.isReadOnly());
      assertEquals(0, file.map(arena, 10_000, 0, Access.READ).byteSize());
      file.close();
      dir().delete("f");
      assertEquals('J', readOnly.get(ValueLayout.JAVA_BYTE, 1), "a mapping outlives its file");
    }
  }

  @Test
  void onlyWhatIsInTheFileIsMapped() throws IOException {
    assumeTrue(dir().canMap());
    try (LogFile file = dir().create("f", 100); Arena arena = Arena.ofConfined()) {
      assertThrows(IllegalArgumentException.class, () -> file.map(arena, 0, 101, Access.READ_WRITE));
      assertThrows(IllegalArgumentException.class, () -> file.map(arena, 101, 0, Access.READ));
      assertThrows(IllegalArgumentException.class, () -> file.map(arena, -1, 10, Access.READ));
      assertThrows(IllegalArgumentException.class, () -> file.map(arena, 0, -1, Access.READ));
      assertThrows(IllegalArgumentException.class, () -> file.map(arena, Long.MAX_VALUE, 10, Access.READ));
      assertEquals(100, file.size(), "mapping never grows a file");
    }
    try (LogFile file = dir().open("f", Access.READ); Arena arena = Arena.ofConfined()) {
      assertThrows(IOException.class, () -> file.map(arena, 0, 10, Access.READ_WRITE));
      file.map(arena, 0, 10, Access.READ);
    }
  }

  @Test
  void anotherFileIsNeverMappedInstead() throws IOException {
    assumeTrue(dir().canMap());
    try (LogFile file = dir().create("f", 100); Arena arena = Arena.ofConfined()) {
      dir().rename("f", "g");
      names(assertThrows(IOException.class, () -> file.map(arena, 0, 100, Access.READ)), "f");
      write(dir(), "f", "x".repeat(100));
      names(assertThrows(IOException.class, () -> file.map(arena, 0, 100, Access.READ)), "f");
    }
  }

  @Test
  void whatCannotMapSaysSo() throws IOException {
    assumeFalse(dir().canMap());
    try (LogFile file = dir().create("f", 100); Arena arena = Arena.ofConfined()) {
      String message = assertThrows(UnsupportedOperationException.class, () -> file.map(arena, 0, 10, Access.READ))
          .getMessage();
      assertTrue(message != null && message.contains("map"), message);
    }
  }

  // --- interrupts

  @Test
  void everyOperationWorksWithTheInterruptFlagSetAndKeepsIt() throws IOException {
    doEverythingInterrupted();
  }

  @Test
  void virtualThreadsAreNoMoreDisturbedByInterrupts() throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread.ofVirtual().name("virtual").start(() -> {
      try {
        doEverythingInterrupted();
      } catch (Throwable e) {
        failure.set(e);
      }
    }).join();
    rethrow(failure.get());
  }

  private void doEverythingInterrupted() throws IOException {
    LogFile file = interrupted(() -> dir().create("f", 5 << 20));
    interrupted(() -> file.write(bytes("hello"), 3));
    interrupted(() -> file.write(ByteBuffer.allocateDirect(600_000), 100));
    assertEquals(5, interrupted(() -> file.read(ByteBuffer.allocate(5), 3)));
    interrupted(file::force);
    interrupted(() -> file.truncate(100));
    assertEquals(100, interrupted(file::size));
    if (dir().canMap()) {
      try (Arena arena = Arena.ofConfined()) {
        assertEquals(100, interrupted(() -> file.map(arena, 0, 100, Access.READ_WRITE)).byteSize());
      }
    }
    interrupted(() -> dir().open("f", Access.READ)).close();
    interrupted(() -> dir().createSubdirectory("sub"));
    interrupted(() -> dir().subdirectory("sub"));
    interrupted(() -> dir().writeAtomically("a", new byte[100]));
    assertEquals(100, interrupted(() -> dir().read("a", 1000)).length);
    interrupted(() -> dir().rename("a", "b"));
    assertTrue(interrupted(() -> dir().exists("b")));
    interrupted(() -> dir().delete("b"));
    assertEquals(List.of("f", "sub"), interrupted(() -> dir().list()));
    interrupted(() -> dir().sync());
    DirectoryLock lock = interrupted(() -> dir().tryLock("LOCK", LockMode.EXCLUSIVE)).orElseThrow();
    assertTrue(interrupted(() -> dir().isLocked("LOCK")));
    assertTrue(lock.isHeld());
    assertEquals(Optional.empty(), interrupted(() -> dir().tryLock("LOCK", LockMode.SHARED)));
    interrupted(lock::close);
    assertFalse(interrupted(() -> dir().isLocked("LOCK")));
    assertEquals("hello", read(file, 3, 5), "the file is open still");
    interrupted(file::close);
  }

  private static <T> T interrupted(ThrowingSupplier<T> call) throws IOException {
    Thread.currentThread().interrupt();
    try {
      T result = call.get();
      assertTrue(Thread.currentThread().isInterrupted(), "the interrupt flag was lost");
      return result;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    } finally {
      Thread.interrupted();
    }
  }

  private static void interrupted(Executable call) throws IOException {
    interrupted(() -> {
      call.execute();
      return "";
    });
  }

  @Test
  void stormsOfInterruptsDoNotDisturbAnybody() throws Exception {
    int workers = 4;
    int part = 64 * 1024;
    List<Thread> threads = new ArrayList<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    AtomicInteger running = new AtomicInteger(workers);
    CountDownLatch started = new CountDownLatch(workers);
    try (LogFile file = dir().create("f", (long) workers * part)) {
      for (int i = 0; i < workers; i++) {
        int worker = i;
        threads.add(Thread.ofPlatform().name("worker " + i).start(() -> {
          try {
            started.countDown();
            workUnderInterrupts(file, worker, part);
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          } finally {
            running.decrementAndGet();
          }
        }));
      }
      started.await();
      while (running.get() > 0) {
        threads.forEach(Thread::interrupt);
        Thread.onSpinWait();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      rethrow(failure.get());
      assertEquals((long) workers * part, file.size());
    }
  }

  private void workUnderInterrupts(LogFile file, int worker, int part) throws IOException {
    byte[] back = new byte[part];
    for (int round = 0; round < 40; round++) {
      byte[] data = pattern(part, worker + round);
      file.write(ByteBuffer.wrap(data), (long) worker * part);
      if (round % 8 == worker) {
        file.force();
        dir().sync();
        dir().writeAtomically("small" + worker, new byte[]{1, 2, 3});
        try (LogFile own = dir().create("own" + worker, 300_000)) {
          own.force();
        }
        dir().delete("own" + worker);
      }
      if (dir().canMap()) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment mapped = file.map(arena, (long) worker * part, part, Access.READ);
          assertEquals(data[17], mapped.get(ValueLayout.JAVA_BYTE, 17));
        }
      }
      assertEquals(part, file.read(ByteBuffer.wrap(back), (long) worker * part));
      assertArrayEquals(data, back);
    }
  }

  @Test
  void aFileThatWasJustCreatedHasOneNameUnlessTheBackendDoesNotKnow() throws IOException {
    dir().create("file", 10).close();
    dir().createSubdirectory("sub");
    boolean known = dir().hasSingleName("file");
    dir().rename("file", "renamed");
    assertEquals(known, dir().hasSingleName("renamed"));
  }

  // --- locks

  @Test
  void anExclusiveLockExcludesEverybodyElse() throws IOException {
    assertFalse(dir().isLocked("LOCK"));
    DirectoryLock lock = dir().tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
    assertTrue(lock.isHeld());
    for (int i = 0; i < 3; i++) {
      assertEquals(Optional.empty(), dir().tryLock("LOCK", LockMode.EXCLUSIVE));
      assertEquals(Optional.empty(), dir().tryLock("LOCK", LockMode.SHARED));
      assertTrue(dir().isLocked("LOCK"));
    }
    assertTrue(dir().exists("LOCK"));
    assertFalse(dir().isLocked("OTHER"));
    dir().tryLock("OTHER", LockMode.EXCLUSIVE).orElseThrow().close();
    lock.close();
    assertFalse(lock.isHeld());
    assertFalse(dir().isLocked("LOCK"));
    DirectoryLock next = dir().tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
    lock.close();
    assertTrue(dir().isLocked("LOCK"), "closing twice released the lock of the next holder");
    next.close();
  }

  @Test
  void sharedLocksExcludeOnlyExclusiveOnes() throws IOException {
    dir().create("READERS", 0).close();
    DirectoryLock first = dir().tryLock("READERS", LockMode.SHARED).orElseThrow();
    DirectoryLock second = dir().tryLock("READERS", LockMode.SHARED).orElseThrow();
    assertFalse(dir().isLocked("READERS"));
    assertEquals(Optional.empty(), dir().tryLock("READERS", LockMode.EXCLUSIVE));
    first.close();
    first.close();
    assertTrue(second.isHeld());
    assertEquals(Optional.empty(), dir().tryLock("READERS", LockMode.EXCLUSIVE), "one holder is left");
    second.close();
    dir().tryLock("READERS", LockMode.EXCLUSIVE).orElseThrow().close();
  }

  @Test
  void aSharedLockOfAMissingFileIsAnError() throws IOException {
    names(assertThrows(NoSuchFileException.class, () -> dir().tryLock("READERS", LockMode.SHARED)), "READERS");
    assertFalse(dir().isLocked("READERS"));
    assertEquals(List.of(), dir().list());
  }

  @Test
  void lockedFilesOfOneNameInTwoDirectoriesAreTwo() throws IOException {
    Directory sub = dir().createSubdirectory("sub");
    try (DirectoryLock outer = dir().tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
        DirectoryLock inner = sub.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow()) {
      assertTrue(outer.isHeld() && inner.isHeld());
      assertEquals(Optional.empty(), dir().subdirectory("sub").tryLock("LOCK", LockMode.EXCLUSIVE));
    }
  }

  @Test
  void ofManyWhoTryOneGetsTheLock() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    inParallel(4, _ -> {
      for (int round = 0; round < 200; round++) {
        Optional<DirectoryLock> lock = dir().tryLock("LOCK", LockMode.EXCLUSIVE);
        if (lock.isPresent()) {
          assertEquals(1, holders.incrementAndGet());
          assertTrue(dir().isLocked("LOCK"));
          taken.incrementAndGet();
          holders.decrementAndGet();
          lock.get().close();
        }
      }
    });
    assertTrue(taken.get() > 0);
    assertFalse(dir().isLocked("LOCK"));
  }
}
