package dev.holdfast.benchmarks.syncs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyncTraceTest {
  @Test
  void countsWhatSyncsBetweenTheMarksAlone() {
    SyncTrace trace = SyncTrace.of(List.of("1 fdatasync(7) = 0", //
        "1 openat(AT_FDCWD, \"/d/data\", O_RDWR|O_DSYNC, 0664) = 9", //
        "1 statx(AT_FDCWD, \"/holdfast-mark-begin\", 0, 0, 0x7f) = -1 ENOENT (No such file or directory)", //
        "1 pwrite64(7, \"x\"..., 128, 0) = 128", //
        "2 fdatasync(7 <unfinished ...>", //
        "1 msync(0x7f0000000000, 4096, MS_SYNC) = 0", //
        "2 <... fdatasync resumed>)               = 0", //
        "1 msync(0x7f0000000000, 4096, MS_ASYNC) = 0", //
        "1 pwrite64(9, \"x\"..., 48, 0) = 48", //
        "1 io_submit(0x7f, 1, [...]) = 1", //
        "1 statx(AT_FDCWD, \"/holdfast-mark-end\", 0, 0, 0x7f) = -1 ENOENT (No such file or directory)", //
        "1 fsync(7) = 0"));

    assertEquals(Map.of("fdatasync", 1, "msync(MS_SYNC)", 1, "pwrite64 (O_DSYNC)", 1), trace.syncs());
    assertEquals(Map.of("writes", 1, "io_submit", 1, "msync", 1), trace.others());
    assertEquals(3, trace.total());
  }
}
