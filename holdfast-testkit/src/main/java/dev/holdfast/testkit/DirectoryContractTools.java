package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of the {@link DirectoryContract} work with. */
abstract class DirectoryContractTools {

  private @Nullable Directory directory;

  /** Returns a new, empty directory. */
  protected abstract Directory newDirectory() throws IOException;

  @BeforeEach
  void prepareDirectory() throws IOException {
    directory = newDirectory();
  }

  /** A test that leaves the flag set would spoil the next one. */
  @AfterEach
  void clearInterruptFlag() {
    Thread.interrupted();
  }

  /** Returns the directory under test. */
  protected final Directory dir() {
    assertNotNull(directory);
    return directory;
  }

  /** Work of one of several threads. */
  @FunctionalInterface
  protected interface Work {
    /** Does the work of thread number {@code worker}. */
    void run(int worker) throws Exception;
  }

  /** Runs {@code work} on {@code count} threads and throws what the first of them threw. */
  protected static void inParallel(int count, Work work) throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int worker = i;
      threads.add(Thread.ofPlatform().name("worker " + i).start(() -> {
        try {
          work.run(worker);
        } catch (Throwable e) {
          failure.compareAndSet(null, e);
        }
      }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    rethrow(failure.get());
  }

  static void rethrow(@Nullable Throwable failure) {
    if (failure != null) {
      throw new AssertionError("a thread failed: " + failure, failure);
    }
  }

  /** Asserts that the message of {@code e} names the file. */
  protected static void names(Exception e, String name) {
    String message = e.getMessage();
    assertInstanceOf(String.class, message);
    assertTrue(message.contains(name), () -> "does not name '" + name + "': " + message);
  }

  /** Writes {@code content} to the file {@code name}, which is created if need be, and nothing else. */
  protected static void write(Directory directory, String name, String content) throws IOException {
    try (LogFile file = directory.exists(name) ? directory.open(name, Access.READ_WRITE) : directory.create(name, 0)) {
      file.truncate(0);
      file.write(bytes(content), 0);
    }
  }

  /** Returns the whole content of a file as text. */
  protected static String content(Directory directory, String name) throws IOException {
    try (LogFile file = directory.open(name, Access.READ)) {
      return content(file);
    }
  }

  /** Returns the whole content of a file as text. */
  protected static String content(LogFile file) throws IOException {
    return read(file, 0, Math.toIntExact(file.size()));
  }

  static String read(LogFile file, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int n = file.read(buffer, position);
    assertEquals(n, buffer.position());
    return new String(buffer.array(), 0, n, StandardCharsets.UTF_8);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that differ with their position and the seed; the first one is the seed. */
  static byte[] pattern(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed + i * 31 + i / 256);
    }
    return bytes;
  }
}
