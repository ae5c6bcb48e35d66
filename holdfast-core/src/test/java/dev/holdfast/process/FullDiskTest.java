package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.LogStream;
import dev.holdfast.StorageFullException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Disks that are really full: a small tmpfs or ext4 where they may be mounted, and memory of limited size. */
@Timeout(120)
class FullDiskTest {
  private static final int SIZE = 1 << 20;
  private static final String BALLAST = "ballast";

  @TempDir
  Path temporary;

  private @Nullable Path mounted;
  private final List<byte[]> acknowledged = new ArrayList<>();
  private int number;

  @AfterEach
  void unmount() throws Exception {
    if (mounted != null) {
      assertEquals("", Command.run("umount", mounted.toString()), () -> String.join("\n", inUse()));
    }
  }

  /** Returns what this process has open or mapped below the mount point. */
  private List<String> inUse() {
    var found = new ArrayList<String>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd")); var maps = Files.lines(Path.of("/proc/self/maps"))) {
      for (var descriptor : (Iterable<Path>) descriptors::iterator) {
        if (Files.exists(descriptor)) {
          found.add(Files.readSymbolicLink(descriptor).toString());
        }
      }
      maps.forEach(found::add);
    } catch (IOException e) {
      found.add(e.toString());
    }
    found.removeIf(line -> !line.contains(String.valueOf(mounted)));
    return found;
  }

  private Directory disk(String kind) throws Exception {
    if (kind.equals("memory")) {
      return MemoryDirectory.withCapacity(SIZE);
    }
    var reason = Command.run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", temporary.toString());
    if (!reason.isEmpty()) {
      System.err.println("SKIPPED: no full disk: a tmpfs cannot be mounted: " + reason);
    }
    assumeTrue(reason.isEmpty(), "a tmpfs cannot be mounted: " + reason);
    mounted = temporary;
    return FsDirectory.open(temporary);
  }

  private static WalOptions options(String policy, boolean preallocate) {
    return WalOptions.builder().maxSegmentSize(65_536).preallocate(preallocate)
        .syncPolicy(policy.equals("ASYNC") ? SyncPolicy.ASYNC : SyncPolicy.STRICT).build();
  }

  /** Takes all the space there is, but for {@code free} bytes. */
  private static void fill(Directory disk, int free) throws IOException {
    try (var file = disk.create(BALLAST, 0)) {
      var block = ByteBuffer.allocate(4096);
      var size = 0L;
      try {
        while (true) {
          file.write(block.clear(), size);
          size += block.capacity();
        }
      } catch (IOException e) {
        file.truncate(Math.max(0, size - free));
      }
    }
  }

  private byte[] record() {
    var bytes = new byte[1_000 + number % 700];
    Arrays.fill(bytes, (byte) number);
    ByteBuffer.wrap(bytes).putInt(number++);
    return bytes;
  }

  private void append(LogStream stream) {
    var record = record();
    var id = stream.append(record);
    assertEquals(acknowledged.size(), id);
    acknowledged.add(record);
  }

  /** Appends in every way until the disk is full. */
  private void appendUntilFull(LogStream stream) {
    var full = assertThrows(StorageFullException.class, () -> {
      while (true) {
        append(stream);
        var batch = List.of(record(), record(), record());
        assertEquals(acknowledged.size(), stream.appendBatch(batch).start());
        acknowledged.addAll(batch);
      }
    });
    assertTrue(String.valueOf(full.getMessage()).contains("no space"), full::getMessage);
    assertAllThere(stream, 0);
    assertEquals(acknowledged.size(), stream.nextId());
  }

  private void assertAllThere(LogStream stream, long from) {
    assertEquals(acknowledged.size(), stream.nextId());
    var id = from;
    try (var cursor = stream.read(0)) {
      for (; cursor.next(); id++) {
        assertEquals(id, cursor.id());
        assertEquals(0, Arrays.mismatch(acknowledged.get((int) id), cursor.copyPayload()) + 1, "record " + id);
      }
    }
    assertEquals(acknowledged.size(), id);
    for (var some = from; some < id; some += 17) {
      assertEquals(ByteBuffer.wrap(acknowledged.get((int) some)), ByteBuffer.wrap(stream.get(some).orElseThrow()));
    }
  }

  @ParameterizedTest
  @CsvSource({"tmpfs, STRICT, true", "tmpfs, ASYNC, true", "tmpfs, STRICT, false", "tmpfs, ASYNC, false",
      "memory, STRICT, true", "memory, ASYNC, false"})
  void appendsWorkAgainOnceThereIsSpaceWithoutReopening(String kind, String policy, boolean preallocate)
      throws Exception { // KNOWN-FAILURES 24, 25
    var disk = disk(kind);
    var log = disk.createSubdirectory("log");
    var options = options(policy, preallocate);
    try (var ballast = disk.create(BALLAST, SIZE / 3)) {
      assertEquals(SIZE / 3, ballast.size());
    }
    try (var wal = Wal.open(log, options)) {
      var stream = wal.stream("s");
      appendUntilFull(stream);
      assertThrows(StorageFullException.class, () -> fillUp(stream));
      disk.delete(BALLAST);
      append(stream);
      appendUntilFull(stream);
    }
    long first;
    try (var wal = Wal.open(log, options)) { // full from the start
      var stream = wal.stream("s");
      assertAllThere(stream, 0);
      assertThrows(StorageFullException.class, () -> fillUp(stream));
      assertAllThere(stream, 0);
      var gone = stream.truncateBefore(stream.nextId() / 2);
      assertTrue(gone.count() > 0);
      first = stream.firstId();
      for (var i = 0; i < 20; i++) {
        awaitSpace(stream); // also for the next segment: maps are closed one after the other
      }
      assertAllThere(stream, first);
    }
    try (var wal = Wal.open(log, options)) {
      assertAllThere(wal.stream("s"), first);
      append(wal.stream("s"));
    }
    try (var wal = Wal.openReadOnly(log, options)) {
      assertAllThere(wal.stream("s"), first);
    }
  }

  /**
   * A stream that is written fast has segments whose zeros nobody has synced: the file system has set their space aside
   * all the same, so that what was acknowledged out of the ring can be written, and be made durable.
   */
  @Test
  void whatIsAcknowledgedFastFitsAFullDisk() throws Exception { // KNOWN-FAILURES 24
    var log = ext4().createSubdirectory("log");
    var options = WalOptions.builder().maxSegmentSize(1 << 20).syncPolicy(SyncPolicy.ASYNC).build();
    try (var wal = Wal.open(log, options)) {
      var stream = wal.stream("s");
      assertThrows(StorageFullException.class, () -> {
        while (true) {
          append(stream);
        }
      });
      stream.sync();
      assertAllThere(stream, 0);
      assertTrue(segmentsWithoutPreparedSize(log) > 0, "no segment was reserved without a sync");
      stream.truncateBefore(stream.nextId() / 2);
      awaitSpace(stream);
    }
    try (var wal = Wal.openReadOnly(log, options)) {
      assertAllThere(wal.stream("s"), wal.stream("s").firstId());
    }
  }

  /** Returns how many segments of a stream say that their size was not durable before they were written to. */
  static long segmentsWithoutPreparedSize(Directory log) throws IOException {
    var files = log.subdirectory("streams").subdirectory("s");
    var found = 0;
    for (var name : files.list()) {
      if (name.endsWith(".seg")) {
        try (var file = files.open(name, Access.READ)) {
          var size = ByteBuffer.allocate(Long.BYTES);
          file.read(size, 64); // docs/FORMAT.md, "Segment header"
          found += size.getLong(0) == 0 ? 1 : 0;
        }
      }
    }
    return found;
  }

  private Directory ext4() throws Exception {
    var image = temporary.resolve("image");
    Files.write(image, new byte[16 << 20]);
    var at = Files.createDirectory(temporary.resolve("mounted"));
    var missing = Command.missing("mkfs.ext4", "mount", "umount");
    var reason = missing.isEmpty()
        ? Command.run("mkfs.ext4", "-q", image.toString())
            + Command.run("mount", "-o", "loop", image.toString(), at.toString())
        : "not installed: " + missing;
    if (!reason.isEmpty()) {
      System.err.println("SKIPPED: no full disk: ext4 cannot be mounted: " + reason);
    }
    assumeTrue(reason.isEmpty(), "ext4 cannot be mounted: " + reason);
    mounted = at;
    return FsDirectory.open(at);
  }

  /** What was deleted takes space until the last map of it is closed, which happens in the background. */
  private void awaitSpace(LogStream stream) throws InterruptedException {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      try {
        append(stream);
        return;
      } catch (StorageFullException e) {
        assertTrue(System.nanoTime() < deadline, e::toString);
        number--;
        Thread.sleep(1);
      }
    }
  }

  /** Appends records too large for what is left of any segment. */
  private void fillUp(LogStream stream) {
    while (true) {
      var large = new byte[60_000];
      stream.append(large);
      acknowledged.add(large);
    }
  }

  @ParameterizedTest
  @CsvSource({"tmpfs, true", "tmpfs, false", "memory, true"})
  void asyncAppendsThatDoNotFitFailAndTheirIdsAreGivenAgain(String kind, boolean preallocate) throws Exception {
    var disk = disk(kind);
    var log = disk.createSubdirectory("log");
    fill(disk, 200_000);
    var options = options("ASYNC", preallocate);
    try (var wal = Wal.open(log, options)) {
      var stream = wal.stream("s");
      var records = IntStream.range(0, 300).mapToObj(_ -> record()).toList();
      var futures = records.stream().map(stream::appendAsync).toList();
      var failures = 0;
      for (var i = 0; i < 300; i++) {
        try {
          assertEquals(acknowledged.size(), futures.get(i).join());
          acknowledged.add(records.get(i));
        } catch (CompletionException e) {
          assertTrue(e.getCause() instanceof StorageFullException, e::toString);
          failures++;
        }
      }
      assertTrue(failures > 0);
      assertAllThere(stream, 0);
      disk.delete(BALLAST);
      append(stream);
    }
    try (var wal = Wal.open(log, options)) {
      assertAllThere(wal.stream("s"), 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"tmpfs", "memory"})
  void aStreamThatCannotBeCreatedIsCreatedLater(String kind) throws Exception {
    var disk = disk(kind);
    var log = disk.createSubdirectory("log");
    try (var wal = Wal.open(log, options("STRICT", true))) {
      wal.stream("other").append(new byte[10]);
      for (var free : List.of(0, 4096, 8192, 40_000, 70_000)) {
        fill(disk, free);
        var name = "s" + free;
        try {
          wal.stream(name).append(new byte[10]);
        } catch (StorageFullException e) {
          assertTrue(!wal.hasStream(name) && wal.stream(name).nextId() == 0, name);
        }
        assertEquals(10, wal.stream("other").get(0).orElseThrow().length);
        disk.delete(BALLAST);
        wal.stream(name).append(new byte[10]);
        assertTrue(wal.streamNames().contains(name));
      }
    }
    try (var wal = Wal.open(log, options("STRICT", true))) {
      assertEquals(6, wal.streamNames().size());
    }
  }

  @ParameterizedTest
  @CsvSource({"tmpfs", "memory"})
  void aLogThatCannotBeCreatedIsCreatedLater(String kind) throws Exception {
    var disk = disk(kind);
    var log = disk.createSubdirectory("log");
    for (var free : List.of(0, 4096, 8192, 12_288)) {
      fill(disk, free);
      try {
        Wal.open(log, WalOptions.defaults()).close();
      } catch (WalException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("pace"), e::toString);
      } finally {
        disk.delete(BALLAST);
      }
    }
    try (var wal = Wal.open(log, options("STRICT", true))) {
      assertEquals(0, wal.stream("s").append(new byte[10]));
    }
  }

  @ParameterizedTest
  @CsvSource({"tmpfs, STRICT", "tmpfs, ASYNC", "memory, STRICT"})
  void onAFullDiskTruncationsSyncsAndDeletionsWorkOrChangeNothing(String kind, String policy) throws Exception {
    var disk = disk(kind);
    var log = disk.createSubdirectory("log");
    try (var wal = Wal.open(log, options(policy, true))) {
      var stream = wal.stream("s");
      for (var i = 0; i < 60; i++) {
        append(stream);
      }
      wal.stream("doomed").append(new byte[10]);
      fill(disk, 0);
      stream.sync();
      truncateFromOrNot(stream, 50);
      assertAllThere(stream, stream.firstId());
      assertTrue(wal.deleteStream("doomed") && !wal.hasStream("doomed"));
      stream.truncateBefore(40);
      assertTrue(stream.firstId() <= 40);
      disk.delete(BALLAST);
      append(stream);
      stream.truncateFrom(55);
      acknowledged.subList(55, acknowledged.size()).clear();
      append(stream);
      assertAllThere(stream, stream.firstId());
    }
    try (var wal = Wal.open(log, options(policy, true))) {
      assertAllThere(wal.stream("s"), wal.stream("s").firstId());
      assertEquals(List.of("s"), wal.streamNames());
    }
  }

  /** It needs a new segment, for which there is no space; what it would cut off stays then. */
  private void truncateFromOrNot(LogStream stream, int id) {
    try {
      stream.truncateFrom(id);
      acknowledged.subList(id, acknowledged.size()).clear();
    } catch (StorageFullException e) {
      assertEquals(60, stream.nextId());
    }
    while (acknowledged.size() < 56) {
      append(stream);
    }
  }
}
