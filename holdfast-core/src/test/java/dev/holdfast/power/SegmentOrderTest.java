package dev.holdfast.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order of what is done to segments by those who append and those who seal behind them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SegmentOrderTest {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int SEEDS = 100;
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).syncPolicy(SyncPolicy.ASYNC)
      .build();

  /** How many syncs there were, and at most at once. */
  private static final class Overlap {
    final AtomicInteger all = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger now = new AtomicInteger();

    /** Holds up a sync until there is another one, or for so long. */
    void next(long nanos) {
      all.incrementAndGet();
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
      var deadline = System.nanoTime() + nanos;
      while (now.get() < 2 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(100_000);
      }
      now.decrementAndGet();
    }
  }

  /**
   * The segment before the active one is synced by whoever seals it and by whoever syncs the stream. If both did it at
   * once, an error would be told to one of them only, and the other believe that all is well (known failure 30).
   */
  @Test
  void twoSyncsOfOneFileNeverRunAtOnce() {
    var disk = new SimulatedDisk();
    var syncs = new Overlap();
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.inject(Fault.on(OperationKind.FORCE).in("a/00000000000000000000.seg").forever()
          .delayedBy(() -> syncs.next(PATIENCE_NANOS)));
      stream.append(new byte[1500]);
      stream.append(new byte[1500]); // in the next segment: the first one is being sealed from here on
      stream.sync();
    }
    assertTrue(syncs.all.get() > 0, "the segment was never synced");
    assertEquals(1, syncs.most.get(), "syncs of one file that ran at once");
  }

  /** The same of a directory: each segment needs its name to be durable, and an error is told to one of them only. */
  @Test
  void twoSyncsOfTheDirectoryNeverRunAtOnce() {
    var disk = new SimulatedDisk();
    var syncs = new Overlap();
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).in("streams/a").forever()
          .delayedBy(() -> syncs.next(PATIENCE_NANOS / 5)));
      for (var i = 1; i < 24; i++) {
        stream.append(new byte[1500]);
      }
      stream.sync();
    }
    assertTrue(syncs.all.get() > 0, "the directory was never synced");
    assertEquals(1, syncs.most.get(), "syncs of the directory that ran at once");
    assertTrue(syncs.all.get() < 10, () -> syncs.all + " syncs: each makes all names durable that were given before");
  }

  /** Known failure 8: a sync covers the segments before the active one too, also if somebody else is about to. */
  @Test
  void aSyncCoversASegmentThatIsStillBeingSealed() {
    var disk = new SimulatedDisk();
    var syncing = Thread.currentThread();
    var synced = new AtomicBoolean();
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.inject(Fault.on(OperationKind.FORCE).in("a/00000000000000000000.seg").forever().delayedBy(() -> {
        var deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!Thread.currentThread().equals(syncing) && !synced.get() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(100_000);
        }
      }));
      stream.append(new byte[1500]);
      stream.append(new byte[1500]); // in the next segment: the first one is being sealed from here on
      stream.sync();
      var image = disk.imageAfter(Crash.DROP_ALL_UNSYNCED);
      synced.set(true);
      try (var found = Wal.openReadOnly(image.root(), OPTIONS)) {
        assertEquals(3, found.stream("a").nextId(), "everything was synced");
      }
    }
  }

  /** A seal is believed without reading what is before it, so that must be durable before the seal is written. */
  @Test
  void aSealVouchesOnlyForWhatIsDurable() {
    for (var image : killedWhileSealing()) {
      for (var seed = 0; seed < SEEDS; seed++) {
        try (var found = Wal.openReadOnly(image.imageAfter(Crash.random(seed)).root(), OPTIONS);
            var cursor = found.stream("a").read(0)) {
          while (cursor.next()) {
            assertEquals(1500, cursor.length());
          }
          assertEquals(found.stream("a").nextId(), cursor.nextId());
        }
      }
    }
  }

  /** A power loss may leave a segment without the one before it: that is never taken for damage. */
  @Test
  void whatAPowerLossLeavesOfSegmentsIsNoDamage() {
    for (var image : killedWhileSealing()) {
      assertNotDamaged(image);
    }
  }

  /**
   * Syncing a directory may take long. A segment is begun all the same, and says that the name of the one before it is
   * not durable: so it is no damage if a power loss takes that one only.
   */
  @Test
  void nobodyWaitsForTheNameOfASegment() {
    var disk = new SimulatedDisk();
    var begun = new CountDownLatch(1);
    SimulatedDisk image;
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).in("streams/a").forever().delayedBy(() -> await(begun)));
      for (var i = 1; i < 8; i++) {
        stream.append(new byte[1500]);
      }
      image = disk.imageAfterKill();
      begun.countDown();
    }
    try (var found = Wal.openReadOnly(image.root(), OPTIONS)) {
      assertEquals(8, found.stream("a").nextId(), "a process that dies loses nothing");
      assertEquals(4, found.stream("a").segments().size());
    }
    assertNotDamaged(image);
    for (var lost : List.of(2L, 4L)) {
      var name = Names.segment(lost);
      var left = image.imageAfter(Crash.keeping("all but the name " + name,
          operation -> operation.kind() != OperationKind.RENAME || !name.equals(operation.newName())));
      try (var wal = Wal.open(left.root(), OPTIONS)) {
        var stream = wal.stream("a");
        assertEquals(RecoveryReport.Outcome.TORN_TAIL, stream.recovery().outcome(), () -> "" + stream.recovery());
        assertEquals(lost, stream.append(new byte[1500]));
      }
      try (var wal = Wal.open(left.root(), OPTIONS)) {
        assertEquals(RecoveryReport.Outcome.CLEAN, wal.stream("a").recovery().outcome());
        assertEquals(lost + 1, wal.stream("a").nextId());
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Who begins a segment does not wait for slow syncs of those before; what a power loss leaves of them is a prefix.
   */
  @Test
  void severalSegmentsWithoutASealAreNoDamage() throws IOException {
    var disk = new SimulatedDisk();
    var written = new CountDownLatch(1);
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.inject(
          Fault.on(OperationKind.FORCE).in("a/00000000000000000000.seg").forever().delayedBy(() -> await(written)));
      for (var i = 1; i < 12; i++) {
        stream.append(new byte[1500]);
      }
      assertTrue(stream.segments().stream().filter(segment -> segment.state() != SegmentInfo.State.SEALED).count() > 4,
          () -> "sealed in spite of the sync that hangs: " + stream.segments());
      var image = disk.imageAfterKill();
      written.countDown();
      assertNotDamaged(image);
      try (var found = Wal.openReadOnly(image.root(), OPTIONS)) {
        assertEquals(12, found.stream("a").nextId(), "a process that dies loses nothing");
      }
    }
  }

  /**
   * What the former process wrote of the segment that is kept, its start frame too, may only be in the page cache. If
   * what is before it were deleted nevertheless, a power loss would leave a log without a beginning.
   */
  @Test
  void theFrontIsCutOnlyWhenWhatIsLeftIsDurable() {
    for (var image : killedWhileSealing()) {
      try (var wal = Wal.open(image.root(), OPTIONS)) {
        var stream = wal.stream("a");
        stream.truncateBefore(stream.nextId());
        assertNotDamaged(image.imageAfterKill());
      }
    }
  }

  /** The watermark is told to readers by a timer too, when what is visible is not durable yet. */
  @Test
  void theWatermarkIsNeverAheadOfWhatIsDurable() {
    var disk = new SimulatedDisk();
    var told = new CountDownLatch(2); // when the stream is created, and by the timer
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE && operation.path().endsWith("/STATE")) {
        told.countDown();
      }
    });
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      wal.stream("a").append(new byte[1500]);
      assertTrue(told.await(20, TimeUnit.SECONDS), "nobody was told");
      wal.stream("a").append(new byte[1500]); // after the timer has done
      assertNotDamaged(disk.imageAfterKill());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the disk before every sync while segments are begun and sealed. */
  private static List<SimulatedDisk> killedWhileSealing() {
    var disk = new SimulatedDisk();
    var images = new ArrayList<SimulatedDisk>();
    try (var wal = Wal.open(disk.root(), OPTIONS)) {
      var stream = wal.stream("a");
      stream.append(new byte[1500]);
      disk.onOperation(operation -> {
        if (operation.kind() == OperationKind.FORCE && operation.path().contains("/a/")) {
          images.add(disk.imageAfterKill());
        }
      });
      for (var i = 0; i < 12; i++) {
        stream.append(new byte[1500]);
      }
      disk.onOperation(_ -> {});
    }
    assertTrue(images.size() > 5, () -> "only " + images.size() + " syncs");
    return images;
  }

  private static void assertNotDamaged(SimulatedDisk image) {
    for (var seed = 0; seed < SEEDS; seed++) {
      try (var found = Wal.openReadOnly(image.imageAfter(Crash.random(seed)).root(), OPTIONS)) {
        var recovery = found.stream("a").recovery();
        assertNotEquals(RecoveryReport.Outcome.CORRUPT, recovery.outcome(), "seed " + seed + ": " + recovery);
      }
    }
  }
}
