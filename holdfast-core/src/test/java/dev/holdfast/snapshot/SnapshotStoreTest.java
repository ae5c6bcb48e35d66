package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.SnapshotException;
import dev.holdfast.StorageFullException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshot files. */
class SnapshotStoreTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final Wal wal = Wal.open(directory, WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build());
  private final LogStream stream = wal.stream("s/1");
  private final SnapshotStore store = SnapshotStore.of(wal, stream);

  /** A state of bytes, of any size. */
  private static final SnapshotCodec<byte[]> BYTES = new SnapshotCodec<>() {
    @Override
    public void write(byte[] state, OutputStream out) throws IOException {
      out.write(state);
    }

    @Override
    public byte[] read(InputStream in) throws IOException {
      return in.readAllBytes();
    }
  };

  @AfterEach
  void close() {
    wal.close();
  }

  private static byte[] state(int size) {
    var bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return bytes;
  }

  private Directory files() throws IOException {
    return directory.subdirectory("snapshots").subdirectory("s%2F1");
  }

  private byte[] bytesOf(SnapshotInfo snapshot) throws IOException {
    return files().read(snapshot.file(), Integer.MAX_VALUE);
  }

  private void overwrite(SnapshotInfo snapshot, byte[] bytes) throws IOException {
    files().delete(snapshot.file());
    try (var file = files().create(snapshot.file(), 0)) {
      file.write(ByteBuffer.wrap(bytes), 0);
    }
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
  void aStateOfAnySizeIsReadAsItWasWritten(int size) throws IOException {
    stream.append(new byte[1]);
    var snapshot = store.write(state(size), 1, BYTES);
    assertEquals(List.of(snapshot), store.list());
    assertTrue(snapshot.file().matches("00000000000000000001-[0-9a-f]{8}\\.snap"), snapshot::file);
    assertEquals(bytesOf(snapshot).length, snapshot.size());
    assertArrayEquals(state(size), store.read(snapshot, BYTES));
    store.verify(snapshot);
  }

  @Test
  void whatASnapshotCoversIsDurableBeforeItIsWritten() {
    stream.append(new byte[10]);
    stream.append(new byte[10]);
    stream.append(new byte[10]);
    assertEquals(0, stream.durableEnd());
    store.write(state(10), 2, BYTES);
    assertTrue(stream.durableEnd() >= 2);
  }

  @Test
  void theSameStateAtTheSameIdGivesTheSameBytes() throws IOException {
    stream.append(new byte[]{1, 2, 3});
    var first = bytesOf(store.write(state(100_000), 1, BYTES));
    assertArrayEquals(first, bytesOf(store.write(state(100_000), 1, BYTES)));
    var otherDirectory = new MemoryDirectory();
    try (var other = Wal.open(otherDirectory, WalOptions.defaults())) {
      other.stream("s/1").append(new byte[]{1, 2, 3});
      var theirs = SnapshotStore.of(other, other.stream("s/1")).write(state(100_000), 1, BYTES);
      assertArrayEquals(first, otherDirectory.subdirectory("snapshots").subdirectory("s%2F1")
          .read(theirs.file(), Integer.MAX_VALUE));
    }
  }

  @Test
  void snapshotsAreListedOldestFirstAndOnlyTheNewestAreKept() {
    for (var i = 0; i < 12; i++) {
      stream.append(new byte[1]);
      store.write(state(i), i + 1, BYTES);
    }
    assertEquals(12, store.newest().orElseThrow().end());
    var gone = store.keep(3);
    assertEquals(9, gone.size());
    assertEquals(List.of(10L, 11L, 12L), store.list().stream().map(SnapshotInfo::end).toList());
    assertEquals(List.of(), store.keep(3));
    store.delete(store.newest().orElseThrow());
    assertEquals(11, store.newest().orElseThrow().end());
    assertThrows(IllegalArgumentException.class, () -> store.keep(0));
  }

  @Test
  void aCodecThatFailsLeavesNothing() throws IOException {
    stream.append(new byte[1]);
    var failing = new SnapshotCodec<byte[]>() {
      @Override
      public void write(byte[] state, OutputStream out) throws IOException {
        out.write(new byte[200_000]);
        throw new IllegalStateException("half way");
      }

      @Override
      public byte[] read(InputStream in) {
        throw new IllegalStateException("cannot read");
      }
    };
    var error = assertThrows(SnapshotException.class, () -> store.write(new byte[0], 1, failing));
    assertTrue(message(error).contains("half way"), error::toString);
    assertEquals(List.of(), files().list());
    var whole = store.write(state(5), 1, BYTES);
    assertTrue(
        message(assertThrows(SnapshotException.class, () -> store.read(whole, failing))).contains("cannot read"));
  }

  @Test
  void aCodecThatLeavesBytesIsRefused() {
    stream.append(new byte[1]);
    var snapshot = store.write(state(5), 1, BYTES);
    var error = assertThrows(SnapshotException.class, () -> store.read(snapshot, new SnapshotCodec<byte[]>() {
      @Override
      public void write(byte[] state, OutputStream out) {
        throw new AssertionError("nothing is written through this one");
      }

      @Override
      public byte[] read(InputStream in) throws IOException {
        return in.readNBytes(3);
      }
    }));
    assertTrue(message(error).endsWith("2 bytes are left behind the state"), error::toString);
  }

  @Test
  void aStateOverTheLimitIsNeitherWrittenNorRead() throws IOException {
    stream.append(new byte[1]);
    var limited = store.withMaxSize(1000);
    assertThrows(SnapshotException.class, () -> limited.write(state(1001), 1, BYTES));
    assertEquals(List.of(), files().list());
    limited.write(state(1000), 1, BYTES);
    var large = store.write(state(1001), 1, BYTES);
    var error = assertThrows(SnapshotException.class, () -> limited.read(large, BYTES));
    assertTrue(message(error).contains("1001 bytes, over the limit of 1000"), error::toString);
  }

  @Test
  void anEndBeyondTheStreamIsRefused() {
    stream.append(new byte[1]);
    assertThrows(IllegalArgumentException.class, () -> store.write(state(1), 2, BYTES));
    assertThrows(IllegalArgumentException.class, () -> store.write(state(1), -1, BYTES));
    assertEquals(List.of(), store.list());
  }

  @Test
  void everyBitThatIsFlippedIsNoticed() throws IOException {
    stream.append(new byte[1]);
    var snapshot = store.write(state(300), 1, BYTES);
    var bytes = bytesOf(snapshot);
    for (var bit = 0; bit < bytes.length * 8; bit++) {
      var damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      overwrite(snapshot, damaged);
      var where = bit;
      assertThrows(SnapshotException.class, () -> store.read(snapshot, BYTES), () -> "bit " + where);
    }
  }

  @Test
  void everyLengthItIsCutAtOrGrowsToIsNoticed() throws IOException {
    stream.append(new byte[1]);
    var snapshot = store.write(state(300), 1, BYTES);
    var bytes = bytesOf(snapshot);
    for (var length = 0; length < bytes.length + 100; length++) {
      if (length != bytes.length) {
        overwrite(snapshot, Arrays.copyOf(bytes, length));
        var cut = length;
        assertThrows(SnapshotException.class, () -> store.read(snapshot, BYTES), () -> "length " + cut);
      }
    }
  }

  @Test
  void eachKindOfWrongFileHasAMessageOfItsOwn() throws IOException {
    stream.append(new byte[1]);
    stream.append(new byte[1]);
    var snapshot = store.write(state(70_000), 1, BYTES);
    var bytes = bytesOf(snapshot);

    overwrite(snapshot, "a text that is long enough to be something".getBytes(StandardCharsets.UTF_8));
    assertTrue(readError(snapshot).contains("no snapshot"), readError(snapshot));
    overwrite(snapshot, changed(bytes, 40));
    assertTrue(readError(snapshot).contains("its header does not agree with its checksum"), readError(snapshot));
    overwrite(snapshot, Arrays.copyOf(bytes, bytes.length - 1));
    assertTrue(readError(snapshot).contains("but with a state of 70000 bytes it must have"), readError(snapshot));
    overwrite(snapshot, changed(bytes, 66_000));
    assertTrue(readError(snapshot).contains("block 1 at offset 65672 does not agree"), readError(snapshot));
    overwrite(snapshot, bytes);
    var renamed = new SnapshotInfo("00000000000000000002.snap", 2, snapshot.size());
    files().rename(snapshot.file(), renamed.file());
    assertTrue(readError(renamed).contains("its header says end 1"), readError(renamed));
    assertTrue(readError(snapshot).contains("cannot be opened"), readError(snapshot));
    overwrite(renamed, newerVersion(bytes));
    assertThrows(UnsupportedFormatException.class, () -> store.read(renamed, BYTES));
  }

  private String readError(SnapshotInfo snapshot) {
    var error = assertThrows(SnapshotException.class, () -> store.read(snapshot, BYTES));
    assertTrue(message(error).startsWith("snapshots/s%2F1/" + snapshot.file()), error::toString);
    return message(error);
  }

  private static byte[] changed(byte[] bytes, int at) {
    var changed = bytes.clone();
    changed[at]++;
    return changed;
  }

  private static byte[] newerVersion(byte[] bytes) {
    var newer = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN).putShort(8, (short) 2);
    var crc = new CRC32C();
    crc.update(newer.array(), 0, 124);
    return newer.putInt(124, (int) crc.getValue()).array();
  }

  @Test
  void aBlockOfAnotherSnapshotInTheSamePlaceIsNoticed() throws IOException {
    stream.append(new byte[1]);
    stream.append(new byte[1]);
    var old = bytesOf(store.write(state(70_000), 1, BYTES));
    var snapshot = store.write(state(70_000), 2, BYTES);
    var mixed = bytesOf(snapshot);
    System.arraycopy(old, 128, mixed, 128, 65_544);
    overwrite(snapshot, mixed);
    assertTrue(readError(snapshot).contains("block 0"));
  }

  @Test
  void noSpaceLeavesNothingBehindAndItWorksAgainWhenThereIsSome() throws IOException {
    var disk = new SimulatedDisk();
    try (var log = Wal.open(disk.root(), WalOptions.defaults())) {
      var full = SnapshotStore.of(log, log.stream("a"));
      log.stream("a").append(new byte[1]);
      full.write(state(10), 1, BYTES);
      for (var fault : List.of(Fault.on(OperationKind.WRITE), Fault.on(OperationKind.CREATE),
          Fault.on(OperationKind.RENAME))) {
        disk.inject(fault.in("snapshots").outOfSpace());
        assertThrows(StorageFullException.class, () -> full.write(state(200_000), 1, BYTES));
        assertArrayEquals(state(10), full.read(full.newest().orElseThrow(), BYTES), "the one before is there");
        assertEquals(1, disk.root().subdirectory("snapshots").subdirectory("a").list().size());
      }
      assertArrayEquals(state(200_000), full.read(full.write(state(200_000), 1, BYTES), BYTES));
    }
  }

  @Test
  void deletingAStreamDeletesItsSnapshots() throws IOException {
    stream.append(new byte[1]);
    store.write(state(10), 1, BYTES);
    wal.deleteStream("s/1");
    assertEquals(List.of(), directory.subdirectory("snapshots").list());
  }

  @Test
  void aStreamIsNotDeletedWhileASnapshotOfItIsBeingWritten() throws Exception {
    stream.append(new byte[1]);
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var slow = new SnapshotCodec<byte[]>() {
      @Override
      public void write(byte[] state, OutputStream out) throws IOException {
        writing.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }

      @Override
      public byte[] read(InputStream in) {
        throw new AssertionError("nothing is read through this one");
      }
    };
    var publishing = Thread.ofPlatform().name("publishing").start(() -> store.write(state(1), 1, slow));
    writing.await();
    var deleting = Thread.ofPlatform().name("deleting").start(() -> wal.deleteStream("s/1"));
    deleting.join(100);
    assertTrue(wal.hasStream("s/1"), "it waits for the snapshot");
    goOn.countDown();
    publishing.join();
    deleting.join();
    assertEquals(List.of(), directory.subdirectory("snapshots").list());
    wal.stream("s/1").append(new byte[1]);
    assertEquals(List.of(), SnapshotStore.of(wal, wal.stream("s/1")).list());
  }

  @Test
  void aCrashWhileAStreamIsDeletedLeavesNoSnapshotsForTheNextOneOfItsName() throws IOException {
    stream.append(new byte[1]);
    store.write(state(10), 1, BYTES);
    wal.close();
    directory.subdirectory("snapshots").createSubdirectory("~deleted-s%2F1");
    try (var again = Wal.open(directory, WalOptions.defaults())) {
      assertEquals(1, SnapshotStore.of(again, again.stream("s/1")).list().size(), "the stream is still there");
      assertEquals(List.of("s%2F1"), directory.subdirectory("snapshots").list());
    }
    directory.subdirectory("snapshots").createSubdirectory("~deleted-s%2F1");
    directory.subdirectory("streams").rename("s%2F1", "~deleted-0-s%2F1");
    try (var again = Wal.open(directory, WalOptions.defaults())) {
      assertEquals(List.of(), SnapshotStore.of(again, again.stream("s/1")).list());
      assertEquals(List.of(), directory.subdirectory("snapshots").list());
    }
  }

  @Test
  void snapshotsWhoseStreamHasBeenLostWereDeletedByTheNextOpen() throws IOException {
    stream.append(new byte[1]);
    store.write(state(10), 1, BYTES);
    wal.close();
    directory.subdirectory("streams").rename("s%2F1", "elsewhere");
    try (var again = Wal.open(directory, WalOptions.defaults())) {
      assertEquals(1, SnapshotStore.of(again, again.stream("s/1")).list().size());
    }
  }

  @Test
  void aStreamCreatedAgainFoundTheSnapshotsOfTheFormerOneAfterAPowerLoss() throws IOException {
    var disk = new SimulatedDisk();
    var log = Wal.open(disk.root(), WalOptions.defaults());
    log.stream("a").append(new byte[1]);
    SnapshotStore.of(log, log.stream("a")).write(state(10), 1, BYTES);
    log.deleteStream("a");
    log.stream("a").append(new byte[2]);
    try (var again = Wal.open(disk.crash(Crash.DROP_ALL_UNSYNCED).root(), WalOptions.defaults())) {
      assertEquals(List.of(), SnapshotStore.of(again, again.stream("a")).list());
    }
  }

  @Test
  void whatACodecSwallowedLeftAHoleInTheState() throws IOException {
    var disk = new SimulatedDisk();
    var swallowing = new SnapshotCodec<byte[]>() {
      @Override
      public void write(byte[] state, OutputStream out) {
        try (var text = new PrintStream(out, false, StandardCharsets.UTF_8)) {
          text.write(state, 0, state.length);
          text.print("the end");
        }
      }

      @Override
      public byte[] read(InputStream in) throws IOException {
        return in.readAllBytes();
      }
    };
    try (var log = Wal.open(disk.root(), WalOptions.defaults())) {
      log.stream("a").append(new byte[1]);
      var other = SnapshotStore.of(log, log.stream("a"));
      disk.inject(Fault.on(OperationKind.WRITE).in("snapshots").outOfSpace());
      assertThrows(StorageFullException.class, () -> other.write(state(200_000), 1, swallowing));
      assertThrows(SnapshotException.class, () -> other.withMaxSize(1000).write(state(1001), 1, swallowing));
      assertEquals(List.of(), other.list());
      assertEquals(107, other.read(other.write(state(100), 1, swallowing), swallowing).length);
    }
  }

  @Test
  void twoPublishersOfOneStreamWroteIntoTheSameTemporaryFile() throws Exception {
    stream.append(new byte[1]);
    stream.append(new byte[1]);
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var slow = new SnapshotCodec<byte[]>() {
      @Override
      public void write(byte[] state, OutputStream out) throws IOException {
        writing.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        out.write(state);
      }

      @Override
      public byte[] read(InputStream in) throws IOException {
        return in.readAllBytes();
      }
    };
    var first = Thread.ofPlatform().name("first").start(() -> store.write(state(100_000), 1, slow));
    writing.await();
    var second = Thread.ofPlatform().name("second")
        .start(() -> SnapshotStore.of(wal, stream).write(state(200_000), 2, BYTES));
    second.join(200);
    goOn.countDown();
    first.join();
    second.join();
    var snapshots = store.list();
    assertEquals(List.of(1L, 2L), snapshots.stream().map(SnapshotInfo::end).toList());
    assertArrayEquals(state(100_000), store.read(snapshots.getFirst(), BYTES));
    assertArrayEquals(state(200_000), store.read(snapshots.getLast(), BYTES));
  }

  @Test
  void aLogThatIsOpenForReadingReadsSnapshots() throws IOException {
    stream.append(new byte[1]);
    var snapshot = store.write(state(10), 1, BYTES);
    try (var reading = Wal.openReadOnly(directory, WalOptions.defaults())) {
      var other = SnapshotStore.of(reading, reading.stream("s/1"));
      assertArrayEquals(state(10), other.read(other.newest().orElseThrow(), BYTES));
    }
    try (var file = files().open(snapshot.file(), Access.READ)) {
      assertEquals(128 + 8 + 10, file.size());
    }
  }
}
