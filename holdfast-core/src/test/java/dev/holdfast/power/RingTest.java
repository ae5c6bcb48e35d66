package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is acknowledged before it is written. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingTest {
  private static final String A = "a";
  private static final WalOptions ASYNC = options().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(1 << 16)
      .writeBufferSize(1 << 14).build();

  private final SimulatedDisk disk = new SimulatedDisk();
  private Wal wal = open(disk, ASYNC);

  private static Wal open(SimulatedDisk disk, WalOptions options) {
    return OpenLog.forWriting(disk.root(), options, Repeatable.withRings(7));
  }

  private static Directory files(SimulatedDisk disk) throws IOException {
    return disk.root().subdirectory("streams").subdirectory(A);
  }

  private static boolean hasRing(SimulatedDisk disk) throws IOException {
    return files(disk).exists(Names.RING);
  }

  private static byte[] record(int i) {
    return ("record " + i).getBytes(StandardCharsets.UTF_8);
  }

  /** Appends until records are only in the ring; returns the stream, with {@code count} records. */
  private LogStream appended(int count) throws IOException {
    var stream = wal.stream(A);
    for (var i = 0; i < count; i++) {
      assertEquals(i, stream.append(record(i)));
    }
    assertTrue(hasRing(disk), "busy, and no ring");
    return stream;
  }

  private static void assertRecords(Wal wal, int count) {
    var stream = wal.stream(A);
    assertEquals(count, stream.nextId());
    for (var i = 0; i < count; i++) {
      assertArrayEquals(record(i), stream.get(i).orElseThrow());
    }
  }

  @Test
  void anAppendIntoTheRingNeedsNoWriteAndSurvivesTheDeathOfTheProcess() throws IOException {
    var stream = appended(10);
    var writes = stream.stats().writes();
    for (var i = 10; i < 110; i++) {
      assertEquals(i, stream.append(record(i)));
    }
    assertEquals(writes, stream.stats().writes());
    assertEquals(110, stream.nextId());
    var next = disk.killProcess();
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 110);
      assertTrue(hasRing(next), "the only copy of its frames that an error of storing them cannot take away");
      assertEquals(110, again.stream(A).append(record(110)));
      assertFalse(hasRing(next), "given up when its frames are in the segment, durably");
    }
    try (var again = Wal.open(next.root(), ASYNC)) {
      assertRecords(again, 111);
    }
  }

  @Test
  void whoReadsSeesWhatIsOnlyInTheRing() throws IOException {
    var stream = appended(10);
    try (var cursor = stream.read(0)) {
      for (var i = 0; i < 200; i++) {
        if (i >= 10) {
          stream.append(record(i));
        }
        assertTrue(cursor.next());
        assertArrayEquals(record(i), cursor.copyPayload());
      }
      assertFalse(cursor.next());
    }
    stream.append(record(200));
    assertArrayEquals(record(200), stream.get(200).orElseThrow());
    stream.append(record(201));
    assertEquals(202, stream.records(0).count());
    stream.append(record(202));
    assertEquals(203, stream.segments().getLast().ids().end());
    stream.append(record(203));
    stream.awaitDurable(203);
    assertEquals(204, stream.durableEnd());
  }

  @Test
  void whoWaitsIsWokenByAnAppendIntoTheRing() throws Exception {
    var stream = appended(10);
    for (var i = 10; i < 60; i++) {
      var id = i;
      var seen = CompletableFuture.supplyAsync(() -> {
        try (var tail = stream.tail(id)) {
          assertTrue(tail.next(Duration.ofSeconds(60)));
          return tail.id();
        }
      });
      Thread.sleep(i % 3);
      stream.append(record(i));
      assertEquals(id, seen.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void openingForReadingShowsItAndChangesNothing() throws IOException {
    appended(40);
    var next = disk.killProcess();
    var before = next.contentHash();
    for (var i = 0; i < 2; i++) {
      try (var reading = Wal.openReadOnly(next.root(), WalOptions.defaults())) {
        assertRecords(reading, 40);
        assertEquals(40, reading.stream(A).records(0).count());
      }
    }
    assertTrue(hasRing(next));
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 40);
    }
    assertTrue(before != next.contentHash(), "the hash says something");
  }

  /** Opening waited for a sync of what it wrote into the segment, and for the deletion of the ring. */
  @Test
  void openingSyncsNothingOfWhatWasInTheRing() throws IOException {
    appended(40);
    var next = disk.killProcess();
    var syncs = new ArrayList<String>();
    next.onOperation(operation -> {
      if (operation.path().contains(A) && (operation.kind() == OperationKind.FORCE
          || operation.kind() == OperationKind.SYNC_DIRECTORY || operation.kind() == OperationKind.DELETE)) {
        syncs.add(operation.kind() + " " + operation.path());
      }
    });
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 40);
      assertEquals(List.of(), syncs);
      again.stream(A).sync();
      assertTrue(syncs.toString().contains(".seg"), syncs::toString);
      assertFalse(hasRing(next));
    }
    try (var again = open(next.crash(Crash.DROP_ALL_UNSYNCED), ASYNC)) {
      assertRecords(again, 40);
    }
  }

  @Test
  void whoeverDiesBeforeItsFirstSyncLeavesTheRingToTheNext() throws IOException {
    appended(40);
    var next = disk.killProcess();
    for (var deaths = 0; deaths < 3; deaths++) {
      var again = open(next, ASYNC);
      assertRecords(again, 40);
      next = next.killProcess();
      assertTrue(hasRing(next));
    }
    try (var again = open(next, ASYNC)) {
      assertEquals(40, again.stream(A).append(record(40)));
    }
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 41);
    }
  }

  /** The page cache dropped what a failed write-back had not stored, and the ring was gone. */
  @Test
  void whatOpeningWroteIsWrittenAgainFromTheRing() throws IOException {
    appended(40);
    var next = disk.killProcess();
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 40);
      var segment = files(next).list().stream().filter(name -> name.endsWith(".seg")).reduce((_, last) -> last);
      try (var file = files(next).open(segment.orElseThrow(), Access.READ_WRITE)) {
        file.write(ByteBuffer.allocate(1000), file.size() > 4096 ? 700 : 200);
      }
      again.stream(A).sync();
    }
    try (var again = open(next, ASYNC)) {
      assertRecords(again, 40);
    }
  }

  @Test
  void aFailedSyncOfWhatWasInTheRingLeavesTheRing() throws IOException {
    appended(40);
    var next = disk.killProcess();
    var again = open(next, ASYNC);
    assertRecords(again, 40);
    next.inject(Fault.on(OperationKind.FORCE).in(".seg"));
    assertThrows(StreamFailedException.class, () -> again.stream(A).append(record(40)));
    assertThrows(StreamFailedException.class, again::close);
    assertTrue(hasRing(next));
    try (var reopened = open(next.killProcess(), ASYNC)) {
      assertRecords(reopened, 40);
    }
  }

  @Test
  void closingGivesItUp() throws IOException {
    appended(40);
    wal.close();
    assertFalse(hasRing(disk));
    try (var again = open(disk, ASYNC)) {
      assertRecords(again, 40);
    }
  }

  /** A deletion is not synced: after a power loss the file may be there again. */
  @Test
  void aRingThatComesBackChangesNothing() throws IOException {
    var stream = appended(40);
    var bytes = files(disk).read(Names.RING, Integer.MAX_VALUE);
    stream.sync();
    stream.append(record(40));
    wal.close();
    wal = open(disk, ASYNC);
    restore(bytes);
    wal.close();
    wal = open(disk, ASYNC);
    assertRecords(wal, 41);
    wal.stream(A).truncateFrom(20);
    wal.close();
    restore(bytes);
    wal = open(disk, ASYNC);
    assertRecords(wal, 20);
    for (var i = 20; i < 30; i++) {
      wal.stream(A).append(record(i));
    }
    wal.close();
    restore(bytes);
    wal = open(disk, ASYNC);
    assertRecords(wal, 30);
    wal.stream(A).truncateFrom(0); // the segment of that name is another one now
    for (var i = 0; i < 20; i++) {
      wal.stream(A).append(record(i));
    }
    wal.close();
    restore(bytes);
    wal = open(disk, ASYNC);
    assertRecords(wal, 20);
  }

  private void restore(byte[] bytes) throws IOException {
    if (hasRing(disk)) {
      files(disk).delete(Names.RING);
    }
    try (var file = files(disk).create(Names.RING, 0)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.force();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasAcknowledgedIsKeptThoughItCouldNotBeWritten(boolean full) throws IOException {
    var stream = appended(10);
    disk.inject(full
        ? Fault.on(OperationKind.WRITE).in(".seg").outOfSpace()
        : Fault.on(OperationKind.WRITE).in(".seg"));
    var count = 10;
    try {
      while (count < 100_000) {
        assertEquals(count, stream.append(record(count)));
        count++;
      }
    } catch (StreamFailedException e) {
      assertTrue(count > 100, "it failed when the half was full");
    }
    assertThrows(StreamFailedException.class, () -> stream.append(record(0)));
    assertThrows(StreamFailedException.class, () -> stream.get(50));
    assertThrows(StreamFailedException.class, wal::close);
    assertTrue(hasRing(disk));
    try (var again = open(disk.killProcess(), ASYNC)) {
      assertRecords(again, count);
    }
  }

  @Test
  void whateverBitOfItIsFlippedARecordIsRightOrNotThere() throws IOException {
    appended(12);
    var bytes = files(disk).read(Names.RING, Integer.MAX_VALUE);
    var image = disk.killProcess();
    var counts = new ArrayList<Long>();
    for (var at = 0; at < 128 + 12 * 48; at++) {
      var other = image.killProcess();
      try (var file = files(other).open(Names.RING, Access.READ_WRITE)) {
        file.write(ByteBuffer.wrap(new byte[]{(byte) (bytes[at] ^ 1 << at % 8)}), at);
      }
      try (var again = open(other, ASYNC)) {
        var count = again.stream(A).nextId();
        assertRecords(again, (int) count);
        counts.add(count);
      }
    }
    assertTrue(counts.stream().anyMatch(count -> count < 12), "some of it mattered");
    assertTrue(counts.stream().anyMatch(count -> count == 12), "not all of it");
  }

  @Test
  void aRingOfAnotherStreamSaysNothing() throws IOException {
    appended(12);
    var bytes = files(disk).read(Names.RING, Integer.MAX_VALUE);
    var other = wal.stream("b");
    for (var i = 0; i < 3; i++) {
      other.append(record(i));
    }
    wal.close();
    try (var file = disk.root().subdirectory("streams").subdirectory("b").create(Names.RING, 0)) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
    try (var again = open(disk, ASYNC)) {
      assertEquals(3, again.stream("b").nextId());
      assertRecords(again, 12);
    }
  }

  @Test
  void aBatchThatMustBeDurableHoldsUpWhatComesAfterIt() throws IOException {
    wal.close();
    wal = open(disk, ASYNC.toBuilder().syncPolicy(SyncPolicy.BATCH_ONLY).build());
    var stream = appended(10);
    var ids = stream.appendBatch(List.of(record(10), record(11)));
    assertEquals(12, ids.end());
    assertEquals(12, stream.durableEnd());
    stream.append(record(12));
    assertEquals(12, stream.durableEnd());
    assertEquals(13, stream.nextId());
    try (var again = open(disk.killProcess(), ASYNC)) {
      assertRecords(again, 13);
    }
  }

  @Test
  void truncationsAtBothEndsSeeWhatIsInTheRing() throws IOException {
    var stream = appended(40);
    assertEquals(40, stream.truncateFrom(30).end());
    for (var i = 30; i < 45; i++) {
      assertEquals(i, stream.append(record(i)));
    }
    stream.truncateBefore(stream.nextId());
    try (var again = open(disk.killProcess(), ASYNC)) {
      assertEquals(45, again.stream(A).nextId());
      assertArrayEquals(record(44), again.stream(A).get(44).orElseThrow());
    }
  }

  @Test
  void thereIsNoneWhereEachAppendIsSyncedOrASpaceMayBeMissing() throws IOException {
    for (var options : List.of(ASYNC.toBuilder().syncPolicy(SyncPolicy.STRICT).build(),
        ASYNC.toBuilder().preallocate(false).build())) {
      wal.close();
      wal = open(disk, options);
      var stream = wal.stream("b");
      for (var i = 0; i < 20; i++) {
        stream.append(record(i));
      }
      assertFalse(disk.root().subdirectory("streams").subdirectory("b").exists(Names.RING));
    }
    try (var memory = OpenLog.forWriting(new MemoryDirectory(), ASYNC, Repeatable.withRings(1))) {
      for (var i = 0; i < 20; i++) {
        memory.stream(A).append(record(i)); // cannot be mapped
      }
      assertEquals(20, memory.stream(A).stats().writes());
    }
  }

  @Test
  void onlySoManyStreamsHaveOne() throws IOException {
    for (var n = 0; n < 70; n++) {
      for (var i = 0; i < 5; i++) {
        wal.stream("s" + n).append(record(i));
      }
    }
    var rings = 0;
    for (var n = 0; n < 70; n++) {
      rings += disk.root().subdirectory("streams").subdirectory("s" + n).exists(Names.RING) ? 1 : 0;
    }
    assertEquals(64, rings);
  }

  @Test
  void aRingThatCannotBeMadeIsNotMissed() throws IOException {
    disk.inject(Fault.on(OperationKind.CREATE).in(Names.RING).outOfSpace());
    var stream = wal.stream(A);
    for (var i = 0; i < 30; i++) {
      assertEquals(i, stream.append(record(i)));
    }
    assertFalse(hasRing(disk));
    try (var again = open(disk.killProcess(), ASYNC)) {
      assertRecords(again, 30);
    }
  }
}
