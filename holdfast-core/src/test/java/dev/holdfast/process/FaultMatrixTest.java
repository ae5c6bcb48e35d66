package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every system call that the engine makes on its files fails in every way that a system call may, early and late:
 * nothing acknowledged is lost, errors are of the right kind, nothing hangs, and the log opens again.
 */
class FaultMatrixTest {
  /** The how manieth call of each thread fails; all up to so many, if that is given. */
  private static final List<Integer> MOMENTS = Integer.getInteger("holdfast.faults.moments", 0) == 0
      ? List.of(1, 3, 8)
      : IntStream.rangeClosed(1, Integer.getInteger("holdfast.faults.moments")).boxed().toList();
  private static final Map<String, String> TEXTS = Map.of("EIO", "Input/output error", "ENOSPC",
      "No space left on device", "EDQUOT", "quota exceeded", "EMFILE", "Too many open files", "EINTR",
      "Interrupted system call", "ENOMEM", "");

  @TempDir
  Path temporary;

  private final Map<String, Integer> kinds = new TreeMap<>();
  private int faults;

  @ParameterizedTest
  @CsvSource({"pwrite64, EIO", "pwrite64, ENOSPC", "pwrite64, EDQUOT", "pwrite64, EINTR", "pread64, EIO",
      "pread64, EINTR", "fdatasync, EIO", "fdatasync, ENOSPC", "fdatasync, EINTR", "fsync, EIO", "fsync, ENOSPC",
      "fsync, EINTR", "openat, EIO", "openat, ENOSPC", "openat, EMFILE", "openat, EINTR", "rename, EIO",
      "rename, ENOSPC", "ftruncate, EIO", "ftruncate, EINTR", "mkdir, EIO", "mkdir, ENOSPC", "unlink, EIO",
      "mmap, ENOMEM", "newfstatat, EIO", "fstat, EIO"})
  @Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
  void aSystemCallThatFailsCostsNothingThatWasAcknowledged(String call, String error) throws Exception {
    Strace.assumeAvailable(temporary);
    try (var program = LogProgram.start(temporary.toRealPath())) {
      for (var moment : MOMENTS) {
        var fault = new FaultedLog(program, temporary.toRealPath().resolve("log-" + moment));
        fault.prepare();
        Strace strace;
        try (var attached = Strace.inject(program.process(), temporary, call + ":error=" + error + ":when=" + moment,
            paths(fault.log()))) {
          strace = attached;
          fault.use();
        }
        faults += strace.injected().size();
        fault.errors().forEach(answer -> kinds.merge(answer.replaceFirst("[^A-Za-z].*", ""), 1, Integer::sum));
        assertOfTheRightKind(fault.errors(), call, error);
        fault.checkAfterwards();
      }
    }
    System.out.println("FaultMatrixTest: " + call + ", " + error + ": " + faults + " faults, reported as " + kinds);
    assertTrue(faults > 0, "nothing failed");
  }

  private static void assertOfTheRightKind(List<String> errors, String call, String error) {
    var where = call + ", " + error;
    var full = error.equals("ENOSPC") || error.equals("EDQUOT");
    for (var answer : errors) {
      assertTrue(answer.matches("(StreamFailedException|WalIOException|StorageFullException)\\b.*"),
          where + ": " + answer);
      assertTrue(answer.contains(Objects.requireNonNull(TEXTS.get(error))), where + ": " + answer);
      assertFalse(answer.startsWith("StorageFullException") && !full, where + ": " + answer);
    }
    if (full && (call.equals("mkdir") || call.equals("pwrite64"))) { // nothing but space was missing
      assertTrue(errors.stream().allMatch(answer -> answer.startsWith("StorageFullException")),
          () -> where + ": " + errors);
    }
    if (error.equals("EINTR")) {
      assertEquals(List.of(), errors, where);
    }
  }

  /** Everything in a log that a fault may hit: what is elsewhere is the JVM's own. */
  private static Path[] paths(Path log) throws IOException {
    var files = new ArrayList<>(List.of(log, log.resolve("streams"), log.resolve("streams/~new-t"),
        log.resolve("streams/t"), log.resolve("LOCK"), log.resolve("FORMAT"), log.resolve("READERS")));
    for (var stream : List.of("s", "t", "~new-t")) {
      var folder = log.resolve("streams").resolve(stream);
      files.add(folder);
      files.add(folder.resolve("STATE"));
      for (var i = 0; i < 60; i++) {
        files.add(folder.resolve(String.format(Locale.ROOT, "%020d.seg", i)));
      }
      Stream.of(1, 2, 3).forEach(epoch -> {
        for (var i = 0; i < 8; i++) {
          files.add(folder.resolve(epoch + "-" + i + ".tmp"));
        }
      });
    }
    return files.toArray(Path[]::new);
  }
}
