package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Watching a simulated disk, stopping it, filling it, and making its operations fail. */
class SimulatedFaultsTest extends SimulatedDiskTools {

  // --- watching and stopping

  @Test
  void operationsAreCountedAndReportedBeforeTheyTakePlace() throws IOException {
    List<String> seen = new ArrayList<>();
    disk.onOperation(operation -> seen.add(operation.toString()));
    try (LogFile file = root.create("f", 10)) {
      file.write(bytes("abc"), 2);
      file.read(ByteBuffer.allocate(4), 1);
      file.truncate(4);
      file.force();
      file.write(ByteBuffer.allocate(0), 2);
    }
    root.rename("f", "g");
    root.createSubdirectory("sub").sync();
    root.delete("g");
    assertThrows(IOException.class, () -> root.delete("g"));
    assertEquals(List.of("1 CREATE disk:/f 10 bytes", "2 WRITE disk:/f 3 bytes at 2", "2 READ disk:/f 4 bytes at 1",
        "3 TRUNCATE disk:/f 4 bytes", "4 FORCE disk:/f", "5 RENAME disk:/f to g", "6 CREATE_DIRECTORY disk:/sub",
        "7 SYNC_DIRECTORY disk:/sub", "8 DELETE disk:/g"), seen);
    assertEquals(8, disk.operations());
    assertEquals(List.of(1L, 5L, 6L, 8L), disk.pending().stream().map(Operation::number).toList());
  }

  @Test
  void anObserverStopsAnOperation() throws IOException {
    LogFile file = synced("f", "former");
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE) {
        throw new IllegalStateException("stop");
      }
    });
    assertThrows(IllegalStateException.class, () -> file.write(bytes("latter"), 0));
    assertEquals("former", content(root, "f"));
    disk.onOperation(_ -> disk.powerOff());
    assertThrows(PowerLostException.class, file::force);
    assertTrue(disk.isOff());
  }

  @Test
  void thePowerFailsInsteadOfAnOperation() throws IOException {
    disk.powerOffAt(3);
    LogFile file = root.create("f", 0);
    file.write(bytes("x"), 0);
    assertEquals("x", content(root, "f"), "reading is not counted");
    assertThrows(PowerLostException.class, () -> file.write(bytes("y"), 0));
    assertEquals(2, disk.operations());
    assertEquals("x", content(disk.crash(Crash.KEEP_ALL).root(), "f"));
  }

  // --- faults

  @Test
  void eachKindOfOperationFailsOnDemandWithoutEffect() throws IOException {
    LogFile file = synced("f", "content");
    for (OperationKind kind : OperationKind.values()) {
      if (kind != OperationKind.STORE) {
        disk.inject(Fault.on(kind).nth(2).in("f").outOfSpace());
        disk.inject(Fault.on(kind).in("f"));
      }
    }
    for (Class<?> error : List.of(IOException.class, OutOfSpaceException.class)) {
      fails(error, () -> root.create("f1", 0));
      fails(error, () -> root.createSubdirectory("f2"));
      fails(error, () -> file.write(bytes("new"), 0));
      fails(error, () -> file.truncate(1));
      fails(error, () -> file.read(ByteBuffer.allocate(1), 0));
      fails(error, file::force);
      fails(error, () -> root.rename("f", "g"));
      fails(error, () -> root.delete("f"));
    }
    assertEquals("content", content(root, "f"));
    assertEquals(List.of("f"), root.list());
    disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY));
    root.create("late", 0).close();
    fails(IOException.class, root::sync);
    assertEquals(List.of("f"), strictest().list());
  }

  private static void fails(Class<?> error, Executable call) {
    IOException thrown = assertThrows(IOException.class, call);
    assertEquals(error, thrown.getClass());
    assertTrue(String.valueOf(thrown.getMessage()).contains("disk:"), thrown::toString);
  }

  @Test
  void faultsStrikeWhereAndWhenTheyAreTold() throws IOException {
    LogFile a = synced("a", "");
    LogFile b = synced("b", "");
    disk.inject(Fault.on(OperationKind.WRITE).in("b").nth(2));
    a.write(bytes("1"), 0);
    a.write(bytes("2"), 0);
    b.write(bytes("1"), 0);
    assertThrows(IOException.class, () -> b.write(bytes("2"), 0));
    b.write(bytes("3"), 0);
    disk.inject(Fault.on(OperationKind.WRITE).where(operation -> operation.position() >= 100).forever());
    for (int i = 0; i < 3; i++) {
      a.write(bytes("x"), 99);
      assertThrows(IOException.class, () -> a.write(bytes("x"), 100));
    }
    disk.clearFaults();
    a.write(bytes("x"), 100);
  }

  @Test
  void aWriteFailsHalfWay() throws IOException {
    LogFile file = synced("f", "......");
    disk.inject(Fault.on(OperationKind.WRITE).after(2));
    ByteBuffer source = bytes("abcd");
    assertThrows(IOException.class, () -> file.write(source, 1));
    assertEquals(".ab...", content(root, "f"));
  }

  @Test
  void aFailedForceMayLeaveTheBytesReadableAndNeverDurable() throws IOException {
    LogFile file = synced("f", "former");
    file.write(bytes("latter"), 0);
    disk.inject(Fault.on(OperationKind.FORCE).keepingCache());
    assertThrows(IOException.class, file::force);
    assertEquals("latter", content(root, "f"));
    file.force();
    assertEquals("former", content(disk.killProcess().crash(Crash.KEEP_ALL).root(), "f"), "the retry made it durable");
  }

  @Test
  void rewrittenBytesBecomeDurableAfterAFailedForce() throws IOException {
    LogFile file = synced("f", "former".repeat(2000));
    file.write(bytes("latter".repeat(2000)), 0);
    disk.inject(Fault.on(OperationKind.FORCE));
    assertThrows(IOException.class, file::force);
    file.write(bytes("L"), 0);
    file.force();
    String durable = content(strictest(), "f");
    assertEquals("L" + "latter".repeat(2000).substring(1, 4096) + "former".repeat(2000).substring(4096), durable);
  }

  @Test
  void aFailedForceMayTakeTheBytesAway() throws IOException {
    LogFile file = synced("f", "former");
    file.write(bytes("latter and more"), 0);
    disk.inject(Fault.on(OperationKind.FORCE).losingCache());
    assertThrows(IOException.class, file::force);
    assertEquals("former" + "\0".repeat(9), content(root, "f"));
    assertEquals("former", content(strictest(), "f"));
    assertEquals(Set.of("former", "former" + "\0".repeat(9)), outcomes(d -> content(d, "f")),
        "the size may come later");
    file.force();
    assertEquals("former" + "\0".repeat(9), content(strictest(), "f"));
  }

  @Test
  void aForgivingForceCanBeRepeated() throws IOException {
    LogFile file = synced("f", "former");
    file.write(bytes("latter"), 0);
    disk.inject(Fault.on(OperationKind.FORCE).forgiving());
    assertThrows(IOException.class, file::force);
    file.force();
    assertEquals("latter", content(strictest(), "f"));
  }

  @Test
  void faultsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.STORE));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.WRITE).nth(0));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.WRITE).after(-1));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.FORCE).after(1));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.WRITE).losingCache());
  }

  // --- space

  @Test
  void aFullDiskTakesWhatFitsAndRecovers() throws IOException {
    disk.setCapacity(1000);
    LogFile file = root.create("f", 600);
    assertThrows(OutOfSpaceException.class, () -> root.create("g", 401));
    assertEquals(List.of("f"), root.list());
    assertThrows(OutOfSpaceException.class, () -> file.write(bytes("x".repeat(600)), 500));
    assertEquals(1000, file.size(), "what fits is written");
    assertEquals("x", content(root, "f").substring(999));
    file.write(bytes("y".repeat(1000)), 0);
    assertThrows(OutOfSpaceException.class, () -> file.write(bytes("z"), 2000));
    assertEquals(1000, disk.usedSpace());
    root.delete("f");
    assertEquals(1000, disk.usedSpace(), "still open");
    file.close();
    assertEquals(0, disk.usedSpace());
    root.create("g", 1000).close();
    root.create("h", 0).close();
    root.rename("h", "g");
    assertEquals(0, disk.usedSpace());
  }

  @Test
  void spaceIsCountedAnewAfterACrash() throws IOException {
    disk.setCapacity(100);
    synced("f", "x".repeat(60)).close();
    root.delete("f");
    assertEquals(0, disk.usedSpace());
    SimulatedDisk after = disk.crash(Crash.DROP_ALL_UNSYNCED);
    assertEquals(60, after.usedSpace());
    assertThrows(OutOfSpaceException.class, () -> after.root().create("g", 41));
    assertEquals(0, disk.killProcess().usedSpace());
  }
}
