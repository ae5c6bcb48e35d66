package dev.holdfast.cli;

import dev.holdfast.Wal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes logs, and does to their files what no program should. */
final class Logfiles {
  /** Where the payload of a segment's first record begins: after the header, the start frame and a frame header. */
  private static final long FIRST_PAYLOAD = 128 + 64 + 32;

  private Logfiles() {}

  /** Returns {@code count} lines, "record 0" and so on. */
  static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> "record " + i + "\n").collect(Collectors.joining());
  }

  /** Makes a stream of {@link #lines}, in several segments. */
  static void fill(Path log, String stream, int count) {
    Cli.given(lines(count)).run("append", log, stream, "--segment-size", "4K").exits(ExitCode.OK);
  }

  /**
   * Makes a log as a process that was killed leaves it: the copy of one that is open, with {@code count} durable
   * records.
   */
  static void crash(Path log, String stream, int count, Path scratch) throws IOException {
    try (var wal = Wal.open(scratch)) {
      for (var i = 0; i < count; i++) {
        wal.stream(stream).append(("record " + i).getBytes(StandardCharsets.UTF_8));
      }
      copy(scratch, log);
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        if (!file.endsWith("LOCK") && !file.endsWith("READERS")) {
          Files.copy(file, to.resolve(from.relativize(file)));
        }
      }
    }
  }

  /** Returns the segments of a stream in the order of their ids. */
  static List<Path> segments(Path log, String stream) throws IOException {
    try (var files = Files.list(log.resolve("streams").resolve(stream))) {
      return files.filter(file -> file.toString().endsWith(".seg")).sorted().toList();
    }
  }

  /** Changes a byte of the first record of a segment. */
  static void damageFirstRecord(Path segment) throws IOException {
    try (var file = Files.newByteChannel(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      file.position(FIRST_PAYLOAD).read(one);
      one.put(0, (byte) (one.get(0) ^ 0x20)).rewind();
      file.position(FIRST_PAYLOAD).write(one);
    }
  }

  /** Returns the digest of every file. */
  static Map<String, String> digests(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return new TreeMap<>(files.filter(Files::isRegularFile)
          .collect(Collectors.toMap(file -> directory.relativize(file).toString(), Logfiles::digest)));
    }
  }

  private static String digest(Path file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
