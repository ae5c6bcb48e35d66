package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.internal.recovery.StreamScan;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** STATE while it is written, and stored into. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StateFileTest {
  private static final int WRITES = 3;
  private static final StateSlot FIRST = new StateSlot(1, 1, 0, 0, 0, Names.hash("s"), 7);
  private static final Path MAPS = Path.of("/proc/self/maps");

  private final Reaper reaper = new Reaper();
  private final OpenFiles open = new OpenFiles(1, reaper);

  @TempDir
  Path temporary;

  @AfterEach
  void end() {
    reaper.close();
  }

  private SegmentFiles files(Directory directory) {
    return new SegmentFiles(directory, "s", Names.hash("s"), open, true);
  }

  /** Makes the file in a directory, durably, and returns its view. */
  private StateFile in(Directory directory) throws IOException {
    try (var file = directory.create(Names.STATE, StateSlot.FILE_SIZE)) {
      file.write(ByteBuffer.wrap(FIRST.encodeFile()), 0);
      file.force();
    }
    directory.sync();
    return viewOf(directory);
  }

  private StateFile viewOf(Directory directory) {
    return new StateFile(files(directory), FIRST.repeated(), new FailStop("s"), WRITES);
  }

  private StateSlot newest(Directory directory) throws IOException {
    var newest = StreamScan.readState(files(directory)).newest();
    assertNotNull(newest, "no slot is valid");
    return newest;
  }

  private static Directory after(SimulatedDisk disk, Crash crash) {
    return disk.imageAfter(crash).root();
  }

  // ---- on a disk that loses power

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void aSlotThatIsStoredIsSeenByOthersAndSurvivesTheDeathOfTheProcess() throws IOException {
    var state = in(disk.root());
    var written = new AtomicInteger();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE) {
        written.incrementAndGet();
      }
    });
    for (var i = 1; i <= 20; i++) {
      state.publish(i, i + 1);
      assertEquals(i, newest(disk.root()).watermark());
      assertEquals(i + 1, newest(disk.root()).visible());
    }
    assertEquals(WRITES, written.get(), "it is busy, and should be mapped");
    state.publish(21, 22);
    assertEquals(21, newest(disk.imageAfterKill().root()).watermark());
    state.close();
    assertEquals(21, newest(disk.killProcess().root()).watermark());
  }

  @Test
  void whatIsStoredIsLostWithThePowerOrKeptAndOneSlotIsAlwaysValid() throws IOException {
    var state = in(disk.root());
    for (var i = 1; i <= 8; i++) {
      state.publish(i, i);
    }
    assertEquals(0, newest(after(disk, Crash.DROP_ALL_UNSYNCED)).watermark());
    assertEquals(8, newest(after(disk, Crash.KEEP_ALL)).watermark());
    for (var seed = 0; seed < 500; seed++) {
      assertTrue(newest(after(disk, Crash.random(seed))).watermark() <= 8);
    }
  }

  @Test
  void anEpochAndAFloorAreDurableWhetherOrNotTheFileIsMapped() throws IOException {
    var state = in(disk.root());
    for (var i = 1; i <= 8; i++) {
      state.publish(i, i);
    }
    state.beginEpoch(5, 6);
    var image = newest(after(disk, Crash.DROP_ALL_UNSYNCED));
    assertEquals(5, image.epoch());
    assertEquals(6, image.watermark());
    state.publish(9, 9);
    state.publish(10, 10);
    state.raiseFloor(4);
    for (var crash : new Crash[]{Crash.DROP_ALL_UNSYNCED, Crash.KEEP_ALL, Crash.random(1), Crash.random(2)}) {
      image = newest(after(disk, crash));
      assertEquals(4, image.floor());
      assertEquals(10, image.watermark());
      assertEquals(5, image.epoch());
    }
    state.publish(11, 11);
    image = newest(after(disk, Crash.DROP_ALL_UNSYNCED));
    assertEquals(10, image.watermark());
    assertEquals(4, image.floor());
  }

  @Test
  void afterAnotherFileHasTakenItsPlaceItIsMappedOnlyIfItIsBusyAgain() throws IOException {
    var state = in(disk.root());
    var written = new AtomicInteger();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE) {
        written.incrementAndGet();
      }
    });
    for (var round = 0; round < 3; round++) {
      for (var i = 1; i <= 10; i++) {
        state.publish(10 * round + i, 10 * round + i);
      }
      new OpenFile<>(open, () -> disk.root().open(Names.STATE, Access.READ)).acquire(); // there is room for one
      assertEquals((round + 1) * WRITES, written.get());
    }
    assertEquals(30, newest(disk.root()).watermark());
  }

  // ---- in the file system

  private Directory folder() throws IOException {
    var directory = FsDirectory.open(temporary);
    assumeTrue(Ring.isPossibleIn(directory));
    return directory;
  }

  private boolean isMapped() throws IOException {
    return Files.readString(MAPS).contains(temporary.toRealPath().resolve(Names.STATE).toString());
  }

  @Test
  void theMemoryIsGivenBackWithTheFile() throws IOException {
    assumeTrue(Files.isReadable(MAPS));
    var state = in(folder());
    for (var i = 1; i <= WRITES; i++) {
      state.publish(i, i);
    }
    assertFalse(isMapped(), "not busy yet");
    state.publish(WRITES + 1, WRITES + 1);
    assertTrue(isMapped());
    state.close();
    reaper.close();
    assertFalse(isMapped());
    assertEquals(WRITES + 1, newest(folder()).watermark());
  }

  @Test
  void aFileThatIsShorterThanItShouldBeIsWritten() throws IOException {
    var state = in(folder());
    Files.write(temporary.resolve(Names.STATE), new byte[100]);
    for (var i = 1; i <= 10; i++) {
      state.publish(i, i);
    }
    assertEquals(10, newest(folder()).watermark());
  }

  /** Compiled code notices a fault late, so all is compiled first. Each time: what is noticed late depends on luck. */
  @Test
  void memoryThatFaultsIsNoticedWhereItIsStoredInto() throws IOException {
    var directory = folder();
    in(directory).close();
    for (var round = 0; round < 40; round++) {
      var end = faults(directory);
      assertEquals(end, newest(directory).watermark(), "written instead");
    }
  }

  private long faults(Directory directory) throws IOException {
    Files.write(temporary.resolve(Names.STATE), FIRST.encodeFile());
    var state = viewOf(directory);
    var end = 0L;
    try {
      for (var i = 0; i < 5000; i++) {
        end++;
        state.publish(end, end);
      }
      Files.write(temporary.resolve(Names.STATE), new byte[0]); // a page that is not there any more
      for (var i = 0; i < 3; i++) {
        end++;
        state.publish(end, end);
      }
      for (var i = 0; i < 10_000; i++) {
        assertEquals(FIRST.repeated().streamId(), state.streamId());
      }
    } catch (InternalError e) {
      fail("the fault came to light where nobody expects it", e);
    }
    state.close();
    return end;
  }
}
