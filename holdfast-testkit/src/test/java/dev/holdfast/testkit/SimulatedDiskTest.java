package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a simulated disk loses with its power, and what not. */
class SimulatedDiskTest extends SimulatedDiskTools {

  // --- data

  @Test
  void bytesThatWereNotForcedAreLost() throws IOException {
    LogFile file = synced("f", "kept");
    file.write(bytes("lost"), 0);
    file.write(bytes(" and gone"), 4);
    assertEquals("lost and gone", content(root, "f"));
    assertEquals("kept", content(strictest(), "f"));
    assertEquals("lost and gone", content(disk.crash(Crash.KEEP_ALL).root(), "f"));
  }

  @Test
  void bytesThatWereForcedAreKeptInEveryCrash() throws IOException {
    LogFile file = synced("f", "former");
    file.write(bytes("latter"), 0);
    file.force();
    assertEquals(Set.of("latter"), outcomes(d -> content(d, "f")));
    assertEquals("latter", content(strictest(), "f"));
  }

  @Test
  void forcingOneFileDoesNothingForAnother() throws IOException {
    LogFile a = synced("a", "old");
    LogFile b = synced("b", "old");
    a.write(bytes("new"), 0);
    b.write(bytes("new"), 0);
    a.force();
    root.sync();
    assertEquals("new", content(strictest(), "a"));
    assertEquals("old", content(strictest(), "b"));
  }

  @Test
  void aWriteIsTornAtAnySector() throws IOException {
    LogFile file = synced("f", "a".repeat(16_384));
    file.write(bytes("b".repeat(16_384)), 0);
    Set<String> seen = outcomes(d -> content(d, "f"));
    for (String content : seen) {
      for (int sector = 0; sector < 16_384; sector += 512) {
        assertEquals(1, content.substring(sector, sector + 512).chars().distinct().count(), "torn within a sector");
      }
    }
    assertTrue(seen.contains("a".repeat(16_384)) && seen.contains("b".repeat(16_384)));
    assertTrue(seen.stream().anyMatch(s -> s.startsWith("a") && s.endsWith("b")), "the end without the beginning");
    assertTrue(seen.stream().anyMatch(s -> s.startsWith("a".repeat(512) + "b".repeat(512))), "sectors of 512 bytes");
    assertTrue(seen.stream().anyMatch(s -> s.startsWith("b".repeat(4096) + "a".repeat(4096))), "sectors of 4096 bytes");
  }

  @Test
  void aSectorMayBeInAnyStateSinceItWasForced() throws IOException {
    LogFile file = synced("f", "0000");
    file.write(bytes("1"), 0);
    file.write(bytes("2"), 1);
    file.write(bytes("3"), 2);
    assertEquals(Set.of("0000", "1000", "1200", "1230"), outcomes(d -> content(d, "f")));
  }

  @Test
  void sizesAreLostWithoutTheirDataAndDataWithoutTheirSizes() throws IOException {
    LogFile file = synced("f", "");
    file.write(bytes("x".repeat(8192)), 0);
    Set<String> seen = outcomes(d -> content(d, "f"));
    assertTrue(seen.contains("") && seen.contains("x".repeat(8192)) && seen.contains("\0".repeat(8192)));
    assertTrue(seen.contains("x".repeat(4096)) && seen.contains("x".repeat(512)), "a size on the way");
    assertTrue(seen.stream().allMatch(s -> s.matches("[x\\x00]*")), "garbage");
  }

  @Test
  void aPreallocatedFileThatWasNeverForcedMayBeShort() throws IOException {
    root.create("f", 10_000).close();
    root.sync();
    assertEquals("", content(strictest(), "f"));
    Set<Integer> sizes = outcomes(d -> content(d, "f").length());
    assertTrue(sizes.contains(0) && sizes.contains(10_000) && sizes.contains(4096), sizes::toString);
    assertTrue(outcomes(d -> content(d, "f")).stream().allMatch(s -> s.matches("\\x00*")), "garbage");
  }

  @Test
  void truncationIsUndoneUnlessForced() throws IOException {
    LogFile file = synced("f", "content");
    file.truncate(3);
    assertEquals("content", content(strictest(), "f"));
    assertEquals(Set.of("content", "con", "con\0\0\0\0"), outcomes(d -> content(d, "f")));
  }

  @Test
  void whatWasCutOffDoesNotComeBackWhenTheFileGrowsAgain() throws IOException {
    LogFile file = synced("f", "a".repeat(9000));
    file.truncate(100);
    file.write(bytes("b"), 9499);
    String zeros = "\0".repeat(9399);
    Set<String> grown = outcomes(d -> content(d, "f"));
    grown.removeIf(content -> content.length() <= 9000);
    assertEquals(Set.of("a".repeat(100) + zeros + "b", "a".repeat(100) + zeros + "\0"), grown.stream()
        .filter(content -> content.length() == 9500).collect(Collectors.toSet()));
    assertTrue(grown.stream().allMatch(content -> content.startsWith("a".repeat(100) + "\0".repeat(8900))));
    file.force();
    assertEquals("a".repeat(100) + zeros + "b", content(strictest(), "f"));
  }

  @Test
  void truncationThatWasForcedIsKept() throws IOException {
    LogFile file = synced("f", "content");
    file.truncate(3);
    file.force();
    assertEquals(Set.of("con"), outcomes(d -> content(d, "f")));
  }

  // --- names

  @Test
  void aFileWhoseDirectoryWasNotSyncedIsLostThoughItWasForced() throws IOException {
    LogFile file = root.create("f", 0);
    file.write(bytes("x"), 0);
    file.force();
    assertEquals(List.of(), strictest().list());
    assertEquals(Set.of(List.of(), List.of("f")), outcomes(Directory::list));
  }

  @Test
  void aFileThatWasNotForcedIsEmptyThoughItsNameIsKept() throws IOException {
    LogFile file = root.create("f", 0);
    file.write(bytes("x"), 0);
    root.sync();
    assertEquals("", content(strictest(), "f"));
  }

  @Test
  void anUnsyncedDeletionComesBack() throws IOException {
    synced("f", "x").close();
    root.delete("f");
    assertFalse(root.exists("f"));
    assertEquals("x", content(strictest(), "f"));
    assertEquals(Set.of(List.of(), List.of("f")), outcomes(Directory::list));
    assertEquals(List.of(), disk.crash(Crash.KEEP_ALL).root().list());
  }

  @Test
  void aSyncedDeletionStays() throws IOException {
    synced("f", "x").close();
    root.delete("f");
    root.sync();
    assertEquals(Set.of(List.of()), outcomes(Directory::list));
  }

  @Test
  void anUnsyncedRenameIsUndone() throws IOException {
    synced("a", "x").close();
    root.rename("a", "b");
    assertEquals(List.of("a"), strictest().list());
    assertEquals(Set.of(List.of("a"), List.of("b")), outcomes(Directory::list));
  }

  @Test
  void aReplacedFileComesBackWholeOrIsReplaced() throws IOException {
    synced("f", "former").close();
    synced("f.tmp", "latter").close();
    root.rename("f.tmp", "f");
    assertEquals("former", content(strictest(), "f"));
    assertEquals(Set.of("former", "latter"), outcomes(d -> content(d, "f")), "the name is never missing");
  }

  @Test
  void renamingAFileThatWasNotForcedMayLeaveItEmpty() throws IOException {
    synced("f", "former").close();
    LogFile temporary = root.create("f.tmp", 0);
    temporary.write(bytes("latter"), 0);
    root.rename("f.tmp", "f");
    root.sync();
    assertEquals("", content(strictest(), "f"));
  }

  @Test
  void aNewDirectoryIsLostWithAllThatIsInIt() throws IOException {
    Directory sub = root.createSubdirectory("sub");
    LogFile file = sub.create("f", 0);
    file.write(bytes("x"), 0);
    file.force();
    sub.sync();
    assertEquals(List.of(), strictest().list());
    root.sync();
    assertEquals("x", content(strictest().subdirectory("sub"), "f"));
  }

  @Test
  void syncingADirectoryDoesNothingForThoseInIt() throws IOException {
    Directory sub = root.createSubdirectory("sub");
    sub.create("f", 0).close();
    root.sync();
    assertEquals(List.of(), strictest().subdirectory("sub").list());
  }

  @Test
  void operationsOnNamesAreLostInAnyOrder() throws IOException {
    synced("old", "x").close();
    root.create("new", 0).close();
    root.delete("old");
    assertEquals(Set.of(List.of("old"), List.of("new"), List.of("new", "old"), List.of()), outcomes(Directory::list));
  }

  /**
   * Every subset of what is pending, and every seed: a file that nobody deletes or replaces has a name, and one only.
   */
  @Test
  void aFileThatIsOnlyRenamedIsNeverWithoutAName() throws IOException {
    synced("a", "A").close();
    synced("b", "B").close();
    root.rename("a", "x");
    root.rename("b", "a");
    root.create("b", 0).close();
    root.delete("b");
    root.rename("x", "b");
    root.create("x", 0).close();
    root.rename("a", "c");
    List<Operation> pending = disk.pending();
    assertEquals(7, pending.size());
    Set<List<String>> states = outcomes(SimulatedDiskTest::contents);
    for (int subset = 0; subset < 1 << pending.size(); subset++) {
      int chosen = subset;
      Crash crash = Crash.keeping("subset " + chosen,
          operation -> (chosen & 1 << pending.indexOf(operation)) != 0);
      states.add(contents(disk.crash(crash).root()));
    }
    for (List<String> state : states) {
      assertEquals(1, state.stream().filter(s -> s.endsWith("=A")).count(), state::toString);
      assertEquals(1, state.stream().filter(s -> s.endsWith("=B")).count(), state::toString);
    }
    assertTrue(states.contains(List.of("a=A", "b=B")), states::toString);
    assertTrue(states.contains(List.of("b=A", "c=B", "x=")), states::toString);
    assertTrue(states.size() > 8, states::toString);
  }

  @Test
  void chosenOperationsAreKeptAsAWhole() throws IOException {
    LogFile a = synced("a", "....");
    synced("b", "....").close();
    a.write(bytes("1"), 0);
    a.write(bytes("2"), 1);
    root.delete("b");
    List<Operation> pending = disk.pending();
    assertEquals(List.of(OperationKind.WRITE, OperationKind.WRITE, OperationKind.DELETE),
        pending.stream().map(Operation::kind).toList());
    Directory first = disk.crash(Crash.keeping("first", pending.get(0)::equals)).root();
    assertEquals("1...", content(first, "a"));
    assertEquals(List.of("a", "b"), first.list());
    Directory last = disk.crash(Crash.keeping("last", pending.get(2)::equals)).root();
    assertEquals("....", content(last, "a"));
    assertEquals(List.of("a"), last.list());
    a.close();
  }

  @Test
  void writingAtomicallyIsAtomicWhereverThePowerFails() throws IOException {
    String former = "former".repeat(2000);
    String latter = "latter".repeat(1500);
    Set<String> seen = new TreeSet<>();
    int steps = 0;
    for (boolean done = false; !done; steps++) {
      SimulatedDisk fresh = new SimulatedDisk();
      fresh.root().writeAtomically("f", former.getBytes(StandardCharsets.UTF_8));
      fresh.powerOffAt(fresh.operations() + 1 + steps);
      try {
        fresh.root().writeAtomically("f", latter.getBytes(StandardCharsets.UTF_8));
        done = true;
      } catch (PowerLostException _) {
        assertTrue(fresh.isOff());
      }
      for (int seed = 0; seed < 100; seed++) {
        String content = content(fresh.crash(Crash.random(seed)).root(), "f");
        assertTrue(content.equals(latter) || (!done && content.equals(former)), "seed " + seed + ", step " + steps);
        seen.add(content);
      }
    }
    assertEquals(Set.of(former, latter), seen);
    assertEquals(6, steps, "create, write, force, rename, sync, and one more that did not happen");
  }

  // --- crashing

  @Test
  void aSeedAlwaysLeavesTheSame() throws IOException {
    LogFile file = synced("f", "a".repeat(30_000));
    file.write(bytes("b".repeat(30_000)), 100);
    for (int i = 0; i < 10; i++) {
      root.create("g" + i, 100L * i).close();
    }
    for (int seed = 0; seed < 50; seed++) {
      assertEquals(contents(disk.crash(Crash.random(seed)).root()), contents(disk.crash(Crash.random(seed)).root()));
    }
    assertEquals("Crash.random(7L)", Crash.random(7).toString());
    assertEquals("Crash.DROP_ALL_UNSYNCED", Crash.DROP_ALL_UNSYNCED.toString());
  }

  @Test
  void afterACrashEverythingFoundIsDurable() throws IOException {
    LogFile file = synced("f", "a");
    file.write(bytes("b"), 0);
    SimulatedDisk after = disk.crash(Crash.KEEP_ALL);
    assertEquals(List.of(), after.pending());
    assertEquals("b", content(after.crash(Crash.DROP_ALL_UNSYNCED).root(), "f"));
  }

  @Test
  void whatBelongedToACrashedDiskIsOfNoUse() throws IOException {
    LogFile file = synced("f", "a");
    Directory sub = root.createSubdirectory("sub");
    DirectoryLock lock = root.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
    SimulatedDisk after = disk.crash(Crash.KEEP_ALL);
    assertThrows(PowerLostException.class, () -> file.write(bytes("b"), 0));
    assertThrows(PowerLostException.class, () -> file.read(ByteBuffer.allocate(1), 0));
    assertThrows(PowerLostException.class, file::force);
    assertThrows(PowerLostException.class, file::size);
    assertThrows(PowerLostException.class, () -> root.open("f", Access.READ));
    assertThrows(PowerLostException.class, () -> root.create("g", 0));
    assertThrows(PowerLostException.class, () -> root.exists("f"));
    assertThrows(PowerLostException.class, () -> root.isLocked("LOCK"));
    assertThrows(PowerLostException.class, root::sync);
    assertThrows(PowerLostException.class, sub::list);
    assertFalse(lock.isHeld());
    file.close();
    lock.close();
    assertFalse(after.root().isLocked("LOCK"));
    after.root().tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow().close();
    assertEquals("a", content(after.root(), "f"));
  }

  @Test
  void killingTheProcessKeepsWhatWasWrittenAndALaterPowerLossStillTakesIt() throws IOException {
    LogFile file = synced("f", "durable");
    file.write(bytes("written"), 0);
    root.create("g", 0).close();
    DirectoryLock lock = root.tryLock("LOCK", LockMode.EXCLUSIVE).orElseThrow();
    SimulatedDisk next = disk.killProcess();
    assertFalse(lock.isHeld());
    assertEquals("written", content(next.root(), "f"));
    assertEquals(List.of("LOCK", "f", "g"), next.root().list());
    assertFalse(next.root().isLocked("LOCK"));
    assertEquals(disk.pending(), next.pending());
    assertEquals(List.of("LOCK", "f", "g"), next.imageAfter(Crash.KEEP_ALL).root().list());
    assertEquals(List.of("f"), next.crash(Crash.DROP_ALL_UNSYNCED).root().list());
    assertEquals("durable", content(next.crash(Crash.DROP_ALL_UNSYNCED).root(), "f"));
    SimulatedDisk other = disk.killProcess();
    try (LogFile again = other.root().open("f", Access.READ_WRITE)) {
      again.force();
    }
    assertEquals("written", content(other.crash(Crash.DROP_ALL_UNSYNCED).root(), "f"));
    assertEquals("durable", content(next.crash(Crash.DROP_ALL_UNSYNCED).root(), "f"), "copies are apart");
  }

  // --- mapped memory

  @Test
  void storesIntoMappedMemorySurviveTheProcessButNotAPowerLoss() throws IOException {
    LogFile file = synced("f", "durable");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = file.map(arena, 0, 7, Access.READ_WRITE);
      mapped.set(ValueLayout.JAVA_BYTE, 0, (byte) 'D');
      assertEquals("Durable", content(root, "f"));
      mapped.set(ValueLayout.JAVA_BYTE, 1, (byte) 'U');
    }
    assertEquals("DUrable", content(disk.imageAfterKill().root(), "f"));
    assertEquals(List.of(OperationKind.STORE), disk.pending().stream().map(Operation::kind).toList());
    assertEquals("DUrable", content(disk.killProcess().root(), "f"));
    assertEquals("durable", content(strictest(), "f"));
  }

  /** What was copied from memory was copied back, over what had been stored meanwhile. */
  @Test
  void aStoreThatCameWhileTheDiskLookedWasUndone() throws Exception {
    int size = 1 << 16;
    root.create("f", size).close();
    try (Arena arena = Arena.ofShared(); LogFile file = root.open("f", Access.READ_WRITE)) {
      MemorySegment mapped = file.map(arena, 0, size, Access.READ_WRITE);
      Thread storing = Thread.ofPlatform().name("storing").start(() -> {
        for (int round = 1; round <= 20; round++) {
          for (int at = 0; at < size; at++) {
            mapped.set(ValueLayout.JAVA_BYTE, at, (byte) round);
          }
        }
      });
      while (storing.isAlive()) {
        disk.imageAfterKill();
      }
      storing.join();
      byte[] expected = new byte[size];
      Arrays.fill(expected, (byte) 20);
      assertArrayEquals(expected, mapped.toArray(ValueLayout.JAVA_BYTE));
      assertArrayEquals(expected, disk.killProcess().root().read("f", size));
    }
  }

  @Test
  void forcingCoversStoresIntoMappedMemory() throws IOException {
    LogFile file = synced("f", "durable");
    try (Arena arena = Arena.ofConfined()) {
      file.map(arena, 3, 4, Access.READ_WRITE).set(ValueLayout.JAVA_BYTE, 0, (byte) 'X');
      file.force();
      file.map(arena, 0, 4, Access.READ_WRITE).set(ValueLayout.JAVA_BYTE, 0, (byte) 'Y');
      assertEquals("durXble", content(strictest(), "f"));
    }
  }

  @Test
  void mappedMemoryShowsWhatIsWritten() throws IOException {
    LogFile file = synced("f", "durable");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = file.map(arena, 0, 7, Access.READ);
      file.write(bytes("xyz"), 2);
      assertArrayEquals("duxyzle".getBytes(StandardCharsets.UTF_8), mapped.toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
