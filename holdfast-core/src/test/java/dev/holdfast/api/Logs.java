package dev.holdfast.api;

import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** What the tests of the API share. */
final class Logs {
  /** How long a test waits for what must happen soon, before it fails. */
  static final Duration SOON = Duration.ofSeconds(20);
  private static final Set<String> LOCKS = Set.of("LOCK", "READERS");

  private Logs() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  /** Returns what an exception says. */
  static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }

  /** Returns the records {@code r<from>} … {@code r<to - 1>}. */
  static List<String> names(long from, long to) {
    return IntStream.range((int) from, (int) to).mapToObj(i -> "r" + i).toList();
  }

  /** Returns the same as bytes. */
  static List<byte[]> batch(long from, long to) {
    return names(from, to).stream().map(Logs::bytes).toList();
  }

  /** Appends {@code r<from>} … one by one. */
  static void append(LogStream stream, long from, long to) {
    batch(from, to).forEach(stream::append);
  }

  /** Returns everything a cursor from {@code from} on delivers, checking that ids are consecutive. */
  static List<String> read(LogStream stream, long from) {
    try (var cursor = stream.read(from)) {
      return drain(cursor);
    }
  }

  /** Returns everything {@code cursor} delivers without waiting, checking that ids are consecutive. */
  static List<String> drain(RecordCursor cursor) {
    var result = new ArrayList<String>();
    var before = -1L;
    while (cursor.next()) {
      if (before >= 0 && cursor.id() != before + 1) {
        throw new AssertionError("record " + cursor.id() + " after " + before);
      }
      before = cursor.id();
      result.add(text(cursor.copyPayload()));
    }
    return result;
  }

  /** Waits until {@code condition} holds. */
  static void await(String what, BooleanSupplier condition) {
    var deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still not: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  /** Returns every file below {@code directory} with its content; of locks, which must not be opened, only the name. */
  static Map<String, String> contentOf(Directory directory) throws IOException {
    var files = new TreeMap<String, String>();
    collect(directory, "", files);
    return files;
  }

  private static void collect(Directory directory, String path, Map<String, String> files) throws IOException {
    for (var name : directory.list()) {
      var at = path + name;
      if (LOCKS.contains(at)) {
        files.put(at, "a lock");
      } else if (isDirectory(directory, name)) {
        files.put(at, "a directory");
        collect(directory.subdirectory(name), at + "/", files);
      } else {
        files.put(at, new String(directory.read(name, 1 << 28), StandardCharsets.ISO_8859_1));
      }
    }
  }

  private static boolean isDirectory(Directory directory, String name) {
    try {
      directory.subdirectory(name);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns a copy of a log, as it would be found had its process died now: every byte handed over is there, no lock is
   * held.
   *
   * @param watch what whoever has the log open changes it through
   */
  static MemoryDirectory afterProcessDeath(Watch watch, Directory directory) throws IOException {
    var copy = new MemoryDirectory();
    return watch.frozen(() -> {
      copy(directory, copy, "");
      return copy;
    });
  }

  static void copy(Directory from, Directory to, String path) throws IOException {
    for (var name : from.list()) {
      if (LOCKS.contains(path + name)) {
        to.create(name, 0).close();
      } else if (isDirectory(from, name)) {
        copy(from.subdirectory(name), to.createSubdirectory(name), path + name + "/");
      } else {
        write(to, name, from.read(name, 1 << 28));
      }
    }
  }

  /** Replaces a file's content, or creates it. */
  static void write(Directory directory, String name, byte[] content) throws IOException {
    try (var file = directory.exists(name) ? directory.open(name, Access.READ_WRITE) : directory.create(name, 0)) {
      file.truncate(Math.min(file.size(), content.length));
      file.write(ByteBuffer.wrap(content), 0);
    }
  }
}
