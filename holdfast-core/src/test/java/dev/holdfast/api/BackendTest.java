package dev.holdfast.api;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A class of tests that run on the file system and in memory. */
@ParameterizedClass
@EnumSource(BackendTest.Backend.class)
abstract class BackendTest {

  /** Where a log is. */
  enum Backend {
    MEMORY, FILE_SYSTEM
  }

  @Parameter
  Backend backend = Backend.MEMORY;

  @TempDir
  Path temporary;

  final Watch watch = new Watch();
  private final MemoryDirectory memory = new MemoryDirectory();

  /** Returns the directory of the test's log; the same one every time. */
  final Directory root() throws IOException {
    return switch (backend) {
      case MEMORY -> memory;
      case FILE_SYSTEM -> FsDirectory.create(temporary.resolve("log"));
    };
  }

  /** Returns the same, watched. */
  final Directory watched() throws IOException {
    return WatchedDirectory.over(root(), watch);
  }

  /** Opens the test's log, watched. */
  final Wal open(WalOptions.Builder options) throws IOException {
    return Wal.open(watched(), options.build());
  }

  /** Opens the test's log with the default options, watched. */
  final Wal open() throws IOException {
    return open(WalOptions.builder());
  }

  /** Returns how often to do something that costs several syncs: seldom, where they cost something. */
  final int times(int n) {
    return backend == Backend.MEMORY ? n : n / 16;
  }

  /** Returns options with segments as small as they can be. */
  static WalOptions.Builder smallSegments() {
    return WalOptions.builder().maxSegmentSize(4096);
  }
}
