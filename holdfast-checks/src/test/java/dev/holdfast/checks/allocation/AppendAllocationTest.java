package dev.holdfast.checks.allocation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an append leaves for the garbage collector. */
class AppendAllocationTest {
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 200;
  private static final int APPENDS = 20;
  /** The slot of STATE and its checksum take 104 bytes, until they are compiled so that they take none. */
  private static final long BOUND = 200;
  /** What the JDK leaves of one positional write: the frame's. STATE, being busy, is mapped and takes none. */
  private static final long WRITE = 104;

  @TempDir
  Path folder;

  @Test
  @DisplayName("an append that is synced allocates next to nothing on the thread that appends; the file system may")
  void synced() throws IOException {
    var options = WalOptions.builder().syncPolicy(SyncPolicy.STRICT).build();
    try (var wal = Wal.open(new MemoryDirectory(), options)) {
      var perAppend = leastOf(wal.stream("s"));
      assertTrue(perAppend <= BOUND, perAppend + " bytes for each append");
    }
  }

  @Test
  @DisplayName("an append that is synced makes one positional write; the watermark is stored in the map of STATE")
  void syncedInTheFileSystem() throws IOException {
    var directory = FsDirectory.open(folder);
    assumeTrue(directory.overwritesInPlace());
    try (var wal = Wal.open(directory, WalOptions.builder().syncPolicy(SyncPolicy.STRICT).build())) {
      var perAppend = leastOf(wal.stream("s"));
      assertTrue(perAppend < BOUND + WRITE, perAppend + " bytes for each append");
    }
  }

  /** Returns what an append allocates in the best of many rounds: one without a rotation, or classes being loaded. */
  private static long leastOf(LogStream stream) {
    var record = new byte[16];
    var least = Long.MAX_VALUE;
    for (var round = 0; round < ROUNDS; round++) {
      var before = THREAD.getCurrentThreadAllocatedBytes();
      for (var i = 0; i < APPENDS; i++) {
        stream.append(record);
      }
      least = Math.min(least, (THREAD.getCurrentThreadAllocatedBytes() - before) / APPENDS);
    }
    return least;
  }
}
