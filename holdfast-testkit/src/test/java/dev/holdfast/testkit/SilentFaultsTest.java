package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Disks that forget, lie, put things elsewhere, are slow, and threads that are interrupted in the middle of it. */
@Timeout(60)
class SilentFaultsTest extends SimulatedDiskTools {

  @Test
  void aShortWriteSaysHowMuchItStored() throws IOException {
    LogFile file = synced("f", "......");
    disk.inject(Fault.on(OperationKind.WRITE).after(2));
    ByteBuffer source = bytes("abcd");
    String message = assertThrows(IOException.class, () -> file.write(source, 1)).getMessage();
    assertTrue(message != null && message.contains("2 of 4 bytes"), message);
    assertEquals(2, source.position());
    assertEquals(".ab...", content(root, "f"));
  }

  @Test
  void aLostWriteIsAcknowledgedAndNowhere() throws IOException {
    LogFile file = synced("f", "former");
    disk.inject(Fault.on(OperationKind.WRITE).losingWrite());
    ByteBuffer source = bytes("latter, longer");
    file.write(source, 0);
    assertFalse(source.hasRemaining());
    assertEquals("former", content(root, "f"));
    file.force();
    assertEquals("former", content(strictest(), "f"));
    file.write(bytes("l"), 0);
    assertEquals("lormer", content(root, "f"));
  }

  @Test
  void aForceThatPretendsMakesNothingDurable() throws IOException {
    LogFile file = synced("f", "former");
    file.write(bytes("latter"), 0);
    disk.inject(Fault.on(OperationKind.FORCE).pretending());
    file.force();
    assertEquals("former", content(strictest(), "f"));
    file.force();
    assertEquals("latter", content(strictest(), "f"));
  }

  @Test
  void aMisdirectedWriteOverwritesSomethingElse() throws IOException {
    LogFile file = synced("f", "0123456789");
    disk.inject(Fault.on(OperationKind.WRITE).misdirectedBy(4));
    file.write(bytes("abc"), 1);
    assertEquals("01234abc89", content(root, "f"));
    disk.inject(Fault.on(OperationKind.WRITE).misdirectedBy(7));
    ByteBuffer beyond = bytes("xyz");
    file.write(beyond, 1);
    assertEquals("01234abcxy", content(root, "f"), "what lies beyond the end is lost");
    assertFalse(beyond.hasRemaining());
    disk.inject(Fault.on(OperationKind.WRITE).misdirectedBy(-3));
    file.write(bytes("uvw"), 1);
    assertEquals("w1234abcxy", content(root, "f"), "so is what lies before the beginning");
    disk.inject(Fault.on(OperationKind.WRITE).misdirectedBy(1000));
    file.write(bytes("n"), 1);
    assertEquals("w1234abcxy", content(root, "f"));
    file.force();
    assertEquals("w1234abcxy", content(strictest(), "f"));
  }

  @Test
  void aBitFlippedByAReadIsRightTheNextTime() throws IOException {
    LogFile file = synced("f", "abc");
    disk.inject(Fault.on(OperationKind.READ).flippingBit(8 + 1));
    assertEquals("a`c", content(root, "f"));
    assertEquals("abc", content(root, "f"));
    disk.inject(Fault.on(OperationKind.READ).flippingBit(24 + 1));
    ByteBuffer middle = ByteBuffer.allocate(10).position(2);
    assertEquals(3, file.read(middle, 0));
    assertArrayEquals(new byte[]{0, 0, 'c', 'b', 'c', 0, 0, 0, 0, 0}, middle.array(), "counted on from the beginning");
    disk.inject(Fault.on(OperationKind.READ).flippingBit(0));
    assertEquals(0, file.read(ByteBuffer.allocate(1), 100), "nothing was read");
  }

  @Test
  void aBitFlippedAtRestStaysSoThroughCrashesUntilItIsWritten() throws IOException {
    LogFile file = synced("f", "abc");
    file.write(bytes("d"), 3);
    disk.flipBit("f", 1, 1);
    assertEquals("a`cd", content(root, "f"));
    assertEquals(Set.of("a`c", "a`cd", "a`c\0"), outcomes(d -> content(d, "f")));
    assertEquals("a`cd", content(disk.imageAfterKill().root(), "f"));
    file.write(bytes("b"), 1);
    file.force();
    assertEquals("abcd", content(strictest(), "f"));
    assertThrows(IllegalArgumentException.class, () -> disk.flipBit("f", 4, 0));
    assertThrows(IllegalArgumentException.class, () -> disk.flipBit("g", 0, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> disk.flipBit("f", 0, 8));
  }

  @Test
  void anUnreadableRegionFailsUntilItIsWrittenAgain() throws IOException {
    Directory sub = root.createSubdirectory("sub");
    LogFile file = sub.create("f", 4096);
    file.force();
    sub.sync();
    root.sync();
    disk.makeUnreadable("sub/f", 1000, 30); // sectors 1 and 2
    assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 512));
    assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(4096), 0));
    assertEquals(512, file.read(ByteBuffer.allocate(512), 0));
    assertEquals(1, file.read(ByteBuffer.allocate(1), 1536));
    for (SimulatedDisk after : Set.of(disk.imageAfterKill(), disk.imageAfter(Crash.DROP_ALL_UNSYNCED))) {
      assertThrows(IOException.class, () -> after.root().subdirectory("sub").read("f", 4096));
    }
    file.write(ByteBuffer.allocate(512), 500);
    assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 600), "only a part was written");
    file.write(ByteBuffer.allocate(512), 512);
    assertEquals(512, file.read(ByteBuffer.allocate(512), 512));
    assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 1024));
  }

  @Test
  void aSlowForceHoldsUpNobodyElse() throws Exception {
    LogFile slow = synced("slow", "");
    LogFile other = synced("other", "");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    disk.inject(Fault.on(OperationKind.FORCE).in("slow").delayedBy(() -> {
      begun.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }));
    slow.write(bytes("x"), 0);
    Thread thread = Thread.ofPlatform().name("slow").start(() -> {
      try {
        slow.force();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    begun.await();
    other.write(bytes("y"), 0);
    other.force();
    assertEquals("y", content(strictest(), "other"));
    assertEquals("", content(strictest(), "slow"));
    goOn.countDown();
    thread.join();
    assertEquals("x", content(strictest(), "slow"));
  }

  @Test
  void anInterruptArrivesAtTheOperationThatWasNamed() throws IOException {
    LogFile file = synced("f", "");
    disk.inject(Fault.on(OperationKind.WRITE).nth(2).interrupting());
    disk.inject(Fault.on(OperationKind.WRITE).nth(2).after(1));
    file.write(bytes("a"), 0);
    assertFalse(Thread.currentThread().isInterrupted());
    assertThrows(IOException.class, () -> file.write(bytes("bc"), 1));
    assertTrue(Thread.interrupted(), "it comes on top of other faults");
    assertEquals("ab", content(root, "f"));
    disk.inject(Fault.on(OperationKind.SYNC_DIRECTORY).interrupting().forever());
    for (int i = 0; i < 2; i++) {
      root.sync();
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void aDiskThatWritesInOrderTearsOnlyTheLast() throws IOException {
    LogFile file = synced("f", "a".repeat(4096));
    file.write(bytes("b".repeat(1024)), 0);
    file.write(bytes("c".repeat(1024)), 2048);
    Set<String> seen = new HashSet<>();
    for (int whole = 0; whole < 4; whole++) {
      for (long seed = 0; seed < 50; seed++) {
        String found = content(disk.imageAfter(Crash.inOrder(whole, seed)).root(), "f");
        seen.add("" + found.charAt(0) + found.charAt(512) + found.charAt(2048) + found.charAt(2560));
      }
    }
    assertEquals(Set.of("aaaa", "abaa", "baaa", "bbaa", "bbac", "bbca", "bbcc"), seen);
  }

  @Test
  void faultsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.WRITE).flippingBit(1));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.READ).flippingBit(-1));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.READ).losingWrite());
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.FORCE).misdirectedBy(1));
    assertThrows(IllegalArgumentException.class, () -> Fault.on(OperationKind.WRITE).pretending());
    assertThrows(IllegalStateException.class, () -> Fault.on(OperationKind.WRITE).losingWrite().outOfSpace());
    assertThrows(IllegalArgumentException.class, () -> disk.makeUnreadable("f", 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Crash.inOrder(-1, 0));
  }
}
