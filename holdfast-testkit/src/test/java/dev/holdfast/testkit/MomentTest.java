package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of the disk and of the promises before each operation. */
class MomentTest {
  private final SimulatedDisk disk = new SimulatedDisk();
  private byte begun;

  /** A thread had begun and stored more between the look at the promises and the one at the disk. */
  @Test
  void whatWasStoredWhileTheDiskWasLookedAtSeemedNeverToHaveBeenBegun() throws IOException {
    try (Arena arena = Arena.ofConfined(); LogFile file = disk.root().create("f", 1)) {
      MemorySegment mapped = file.map(arena, 0, 1, Access.READ_WRITE);
      Promises<Byte> promises = new Promises<>((byte) 0);
      promises.areSaidBy(() -> {
        byte promised = begun;
        if (begun < 3) { // as another thread may, as soon as it has been said
          mapped.set(ValueLayout.JAVA_BYTE, 0, ++begun);
        }
        return promised;
      });
      Moment.Recorder<Byte> recorder = new Moment.Recorder<>(disk, promises).start();
      disk.root().sync();
      List<Moment<Byte>> moments = recorder.finish();
      assertEquals(2, moments.size());
      for (Moment<Byte> moment : moments) {
        assertEquals((byte) 3, moment.promised());
        assertEquals(moment.promised(), stored(moment.disk()));
      }
    }
  }

  @Test
  void promisesThatAreNeverEqualToThemselvesAreRefused() throws IOException {
    try (Arena arena = Arena.ofConfined(); LogFile file = disk.root().create("f", 1)) {
      file.map(arena, 0, 1, Access.READ_WRITE);
      Promises<Object> promises = new Promises<>(new Object());
      promises.areSaidBy(Object::new);
      Moment.Recorder<Object> recorder = new Moment.Recorder<>(disk, promises).start();
      assertThrows(IllegalStateException.class, recorder::finish);
    }
  }

  private static byte stored(SimulatedDisk disk) throws IOException {
    try (LogFile file = disk.root().open("f", Access.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(1);
      assertEquals(1, file.read(bytes, 0));
      return bytes.get(0);
    }
  }
}
