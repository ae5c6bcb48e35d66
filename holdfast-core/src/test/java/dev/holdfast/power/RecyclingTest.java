package dev.holdfast.power;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.internal.segment.Spare;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of truncated segments that become the next ones. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecyclingTest {
  private static final String A = "a";
  private static final int SIZE = 900; // four records fill a segment
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).build();

  private final SimulatedDisk disk = new SimulatedDisk();
  private final List<String> created = new ArrayList<>();
  private final Set<String> spares = new HashSet<>();
  private @Nullable Runnable beforeNaming;
  private boolean dirty;
  private final List<String> recycled = new ArrayList<>();
  private final List<String> overwrittenTooEarly = new ArrayList<>();

  private Wal open() {
    return open(OPTIONS);
  }

  private Wal open(WalOptions options) {
    disk.onOperation(operation -> {
      var path = operation.path();
      switch (operation.kind()) {
        case CREATE -> created.add(path);
        case SYNC_DIRECTORY -> dirty = false;
        case RENAME -> {
          if (path.endsWith(".seg") && String.valueOf(operation.newName()).endsWith(".tmp")) {
            dirty = true;
            recycled.add(path.substring(path.lastIndexOf('/') + 1));
            spares.add(path.replaceFirst("[^/]*$", String.valueOf(operation.newName())));
          } else if (spares.contains(path) && beforeNaming != null) {
            beforeNaming.run();
          }
        }
        case WRITE -> {
          if (spares.contains(path) && dirty) {
            overwrittenTooEarly.add(path);
          }
        }
        default -> { // of no interest
        }
      }
    });
    return OpenLog.forWriting(disk.root(), options, Repeatable.slowly(Repeatable.inOneThread(7)));
  }

  private static byte[] record(long id) {
    var bytes = new byte[SIZE];
    for (var i = 0; i < SIZE; i++) {
      bytes[i] = (byte) (id * 31 + i * (id + 7)); // what is torn and what was there before are never the same
    }
    return bytes;
  }

  private static void append(LogStream stream, int count) {
    for (var i = 0; i < count; i++) {
      stream.append(record(stream.nextId()));
    }
  }

  private static void assertReadable(LogStream stream) {
    var id = stream.firstId();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        assertEquals(id++, cursor.id());
        assertArrayEquals(record(cursor.id()), cursor.copyPayload());
      }
    }
    assertEquals(stream.nextId(), id);
  }

  private static Directory files(SimulatedDisk disk) throws IOException {
    return disk.root().subdirectory("streams").subdirectory(A);
  }

  private static List<String> waiting(SimulatedDisk disk) throws IOException {
    return files(disk).list().stream().filter(name -> name.endsWith(".tmp")).toList();
  }

  private long createdSegments() {
    return created.stream().filter(path -> path.contains("/a/") && path.endsWith(".tmp")).count();
  }

  @Test
  void truncatingMakesSpaceWhereItHasRunOut() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 40);
      stream.truncateBefore(8);
      assertFalse(waiting(disk).isEmpty());
      var other = wal.stream("b");
      append(other, 1);
      disk.setCapacity(disk.usedSpace());
      assertThrows(StorageFullException.class, () -> append(other, 100));
      recycled.clear();
      stream.truncateBefore(16);
      assertEquals(List.of(), recycled);
      append(other, 4);
      assertReadable(other);
      assertReadable(stream);
    }
  }

  @Test
  void aLogThatIsCutAtTheFrontGoesOnInTheFilesItHas() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 20);
      stream.truncateBefore(12);
      var before = createdSegments();
      var space = disk.usedSpace();
      for (var round = 0; round < 20; round++) {
        append(stream, 4);
        stream.truncateBefore(stream.nextId() - 5);
        assertReadable(stream);
        assertTrue(waiting(disk).size() <= 3, () -> "kept: " + spares);
      }
      assertTrue(createdSegments() - before <= 2, () -> "made in spite of files to be had: " + created);
      assertTrue(disk.usedSpace() <= space + 3 * 4096, "it grows");
      assertTrue(spares.size() > 10, () -> "recycled: " + spares);
    }
    assertEquals(List.of(), waiting(disk), "given back");
    try (var wal = open()) {
      assertReadable(wal.stream(A));
    }
  }

  /** Truncates before the next segment is prepared, so that it, and the one after it, are recycled ones. */
  private void recycle(Wal wal) {
    var stream = wal.stream(A);
    append(stream, 17);
    stream.truncateBefore(12);
    append(stream, 5);
    assertEquals(List.of(Names.segment(4), Names.segment(8)), recycled);
  }

  @Test
  void whatAFormerSegmentHasLeftIsNeitherReadNorTakenForAnUnfinishedWrite() throws IOException {
    try (var wal = open()) {
      recycle(wal);
      for (var i = 0; i < 6; i++) {
        append(wal.stream(A), 1);
        for (var image : List.of(disk.imageAfterKill(), disk.imageAfter(Crash.DROP_ALL_UNSYNCED))) {
          try (var found = Wal.openReadOnly(image.root(), OPTIONS)) {
            assertReadable(found.stream(A));
            assertEquals(wal.stream(A).nextId(), found.stream(A).nextId());
            assertEquals(RecoveryReport.Outcome.UNCLEAN, found.stream(A).recovery().outcome());
          }
          try (var found = Wal.open(image.root(), OPTIONS)) {
            append(found.stream(A), 3);
            assertReadable(found.stream(A));
          }
          assertTrue(files(image).list().stream().noneMatch(name -> name.endsWith(".cut") || name.endsWith(".tmp")));
        }
      }
    }
  }

  @Test
  void anUnfinishedWriteInARecycledFileIsStillKnown() throws IOException {
    try (var wal = open()) {
      recycle(wal);
      disk.inject(Fault.on(OperationKind.WRITE).where(
          operation -> operation.path().contains("/a/") && !operation.path().endsWith("STATE")).after(200));
      assertThrows(StreamFailedException.class, () -> append(wal.stream(A), 1));
      try (var found = Wal.openReadOnly(disk.imageAfterKill().root(), OPTIONS)) {
        assertEquals(RecoveryReport.Outcome.TORN_TAIL, found.stream(A).recovery().outcome(),
            () -> String.valueOf(found.stream(A).recovery()));
      }
    } catch (StreamFailedException e) {
      assertNotEquals(0, spares.size(), "closing tells what has failed");
    }
  }

  /** If a segment's name came back and denoted another one's bytes, a log without STATE would begin with damage. */
  @Test
  void aFileIsOverwrittenOnlyWhenItsFormerNameIsGoneForGood() throws IOException {
    var images = new ArrayList<SimulatedDisk>();
    beforeNaming = () -> images.add(disk.imageAfter(Crash.DROP_ALL_UNSYNCED));
    try (var wal = open()) {
      recycle(wal);
    }
    assertFalse(images.isEmpty(), "no spare was used");
    for (var image : images) {
      files(image).delete("STATE");
      try (var found = Wal.openReadOnly(image.root(), OPTIONS)) {
        assertNotEquals(RecoveryReport.Outcome.CORRUPT, found.stream(A).recovery().outcome(),
            () -> "a former name is back: " + found.stream(A).recovery());
        assertReadable(found.stream(A));
      }
    }
    assertEquals(List.of(), overwrittenTooEarly, "overwritten before the directory was synced");
  }

  @Test
  void nothingIsRecycledUnderAReaderOfAnotherProcess() throws Exception {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 20);
      try (var other = Wal.openReadOnly(disk.root(), OPTIONS); var cursor = other.stream(A).read(0)) {
        assertTrue(cursor.next());
        stream.truncateBefore(12);
        append(stream, 20);
        assertEquals(Set.of(), spares, "a file was recycled under a reader");
        assertArrayEquals(record(0), cursor.copyPayload());
        try {
          for (var id = 1; cursor.next(); id++) {
            assertArrayEquals(record(id), cursor.copyPayload());
          }
        } catch (CursorInvalidatedException e) {
          assertTrue(String.valueOf(e.getMessage()).contains("12"), "it lags behind");
        }
      }
      Thread.sleep(1100); // so long it is believed that there is one
      stream.truncateBefore(stream.nextId());
      assertFalse(spares.isEmpty(), "the reader has gone");
    }
  }

  @Test
  void nothingIsRecycledUnderAReaderOfThisProcess() throws Exception {
    try (var wal = open(OPTIONS.toBuilder().readStrategy(ReadStrategy.STANDARD_IO).build())) {
      var stream = wal.stream(A);
      append(stream, 17);
      var reading = new CountDownLatch(1);
      var truncated = new CountDownLatch(1);
      disk.inject(Fault.on(OperationKind.READ).in(Names.segment(8)).delayedBy(() -> {
        reading.countDown();
        await(truncated);
      }));
      var read = new FutureTask<>(() -> stream.get(9));
      var reader = Thread.ofPlatform().name("reader").start(read);
      await(reading);
      stream.truncateBefore(12);
      append(stream, 20);
      truncated.countDown();
      reader.join();
      assertTrue(read.get().isEmpty() || Arrays.equals(record(9), read.get().get()));
      assertEquals(List.of(Names.segment(4)), recycled.subList(0, 1));
      assertFalse(recycled.contains(Names.segment(8)), "a file was recycled under a reader");
      assertReadable(stream);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothingIsRecycledThatSomebodyHasKeptUnderAnotherName(@TempDir Path temporary)
      throws IOException, InterruptedException {
    try (var wal = Wal.open(temporary.resolve("log"), OPTIONS)) {
      var stream = wal.stream(A);
      append(stream, 20);
      while (stream.segments().get(2).state() != SegmentInfo.State.SEALED) {
        Thread.sleep(1); // a thread of the log seals it, which cuts off what is reserved
      }
      var files = temporary.resolve("log/streams/a");
      for (var id : List.of(0, 4, 8)) {
        var name = Names.segment(id);
        Files.createLink(temporary.resolve(name), files.resolve(name));
      }
      var kept = Files.readAllBytes(temporary.resolve(Names.segment(8)));
      stream.truncateBefore(12);
      append(stream, 40);
      assertReadable(stream);
      assertArrayEquals(kept, Files.readAllBytes(temporary.resolve(Names.segment(8))));
    }
  }

  @Test
  void leftOversAreDeletedAtTheNextOpening() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 18);
      stream.truncateBefore(12);
      assertFalse(waiting(disk).isEmpty());
      var image = disk.imageAfterKill();
      try (var found = Wal.open(image.root(), OPTIONS)) {
        assertReadable(found.stream(A));
      } // deleted behind the opening, but before the lock is let go
      assertEquals(List.of(), waiting(image));
    }
  }

  @Test
  void aFullDiskIsNoneForALogThatHasFilesToGoOnIn() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 21);
      stream.truncateBefore(stream.nextId());
      disk.setCapacity(disk.usedSpace() + 1024); // what a sealed file lacks to be a whole one again
      append(stream, 4);
      assertReadable(stream);
    }
  }

  @Test
  void aDirectoryThatCannotBeSyncedBeforeAFileIsOverwrittenFailsTheStream() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 20);
      stream.truncateBefore(16);
      disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).where(operation -> operation.path().endsWith("/a")));
      assertThrows(StreamFailedException.class, () -> append(stream, 8));
      assertThrows(StreamFailedException.class, () -> append(stream, 1));
      assertReadable(stream);
    } catch (StreamFailedException e) {
      assertFalse(spares.isEmpty(), "closing tells what has failed");
    }
    try (var wal = open()) {
      assertReadable(wal.stream(A));
    }
  }

  @Test
  void aFileThatCannotBeRenamedIsDeleted() throws IOException {
    try (var wal = open()) {
      var stream = wal.stream(A);
      append(stream, 20);
      disk.inject(Fault.on(OperationKind.RENAME).where(operation -> operation.path().endsWith(".seg")));
      stream.truncateBefore(16);
      append(stream, 8);
      assertReadable(stream);
      assertFalse(files(disk).exists("00000000000000000000.seg"));
    }
  }

  /** Two salts whose checksums are the same would make old frames valid again. */
  @Test
  void aSaltThatCountsAsTheFormerOneIsDrawnAgain() {
    var usual = new SegmentHeader(1, 2, 3, 4, 5, 8192, 1 << 20);
    var drawn = List.of(3L, 3L, 99L).iterator();
    var header = new Spare("1-0.tmp", 4096, 3).headerFrom(usual, drawn::next);
    assertEquals(99, header.salt());
    assertEquals(4096, header.former());
    assertFalse(drawn.hasNext());
    assertEquals(header, SegmentHeader.decode(header.encode(), "file"));
    assertEquals(3, new Spare("1-0.tmp", 4096, 77).headerFrom(usual, drawn::next).salt(), "one that differs is kept");
  }
}
