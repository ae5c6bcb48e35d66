package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileWindowTest {
  private static final String NAME = "f";

  private static byte[] random(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static LogFile fileOf(byte[] content) throws IOException {
    var file = new MemoryDirectory().create(NAME, 0);
    file.write(ByteBuffer.wrap(content), 0);
    return file;
  }

  private static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @ParameterizedTest
  @CsvSource({"100,40", "70000,3000", "131072,160", "131073,160", "500000,160", "500000,40000", "500000,130000",
      "500000,300000"})
  void stepsOfAnySizeGiveTheBytesOfTheFile(int size, int largestStep) throws IOException {
    try (var file = fileOf(random(size))) {
      assertSteps(new FileWindow(file, 1 << 17), random(size), largestStep);
      assertSteps(new FileWindow(file, direct(1 << 17)), random(size), largestStep);
    }
  }

  private static void assertSteps(FileWindow window, byte[] content, int largestStep) throws IOException {
    var size = content.length;
    var random = new Random(largestStep);
    assertEquals(size, window.fileSize());
    var at = 0;
    while (at < size) {
      var step = Math.min(1 + random.nextInt(largestStep), size - at);
      assertTrue(window.load(at, step));
      assertTrue(window.load(at, Math.max(1, step / 2)), "a part of what is loaded");
      var found = new byte[step];
      window.buffer().get(window.at(at), found);
      assertEquals(-1, ByteBuffer.wrap(found).mismatch(ByteBuffer.wrap(content, at, step)), "at " + at);
      assertEquals(window.buffer(), window.view().clear());
      assertTrue(window.loadedEnd() >= at + step && window.loadedEnd() <= size);
      at += step;
    }
    assertFalse(window.load(size, 1));
    assertFalse(window.load(size - 1, 2));
    assertTrue(window.load(0, 1), "back to where it began");
    assertEquals(content[0], window.buffer().get(window.at(0)));
  }

  @Test
  void noLengthLeadsToAnAllocationThatTheFileDoesNotJustify() throws IOException {
    try (var file = fileOf(random(2_000_000))) {
      var memory = direct(1 << 17);
      var window = new FileWindow(file, memory);
      assertFalse(window.load(100, Integer.MAX_VALUE));
      assertFalse(window.load(100, 2_000_000));
      assertTrue(window.load(100, 1 << 17));
      assertSame(memory, window.buffer());
      assertTrue(window.load(0, 2_000_000));
      assertEquals(2_000_000, window.buffer().capacity());
    }
  }

  @Test
  void whatCouldNotBeReadIsNotThere() throws IOException {
    var content = random(500_000);
    try (var file = new FailingFile(fileOf(content), 300_000)) {
      var window = new FileWindow(file, direct(1 << 17));
      assertTrue(window.load(100_000, 1000));
      assertEquals("planted", assertThrows(IOException.class, () -> window.load(250_000, 60_000)).getMessage());
      assertThrows(IOException.class, () -> window.load(250_000, 60_000));
      assertTrue(window.load(100_000, 1000));
      assertEquals(content[100_000], window.buffer().get(window.at(100_000)));
    }
  }

  /** Cannot be read from some offset on. */
  private record FailingFile(LogFile file, long from) implements LogFile {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      if (position + dst.remaining() > from) {
        throw new IOException("planted");
      }
      return file.read(dst, position);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      file.write(src, position);
    }

    @Override
    public MemorySegment map(Arena arena, long position, long length, Access access) throws IOException {
      return file.map(arena, position, length, access);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
