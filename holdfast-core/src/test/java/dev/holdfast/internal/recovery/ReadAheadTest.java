package dev.holdfast.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadAheadTest {
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

  @ParameterizedTest
  @CsvSource({"100,40", "70000,3000", "1048576,160", "1048577,160", "5000000,160", "5000000,40000", "5000000,300000",
      "3000000,1500000"})
  void stepsOfAnySizeGiveTheBytesOfTheFile(int size, int largestStep) throws IOException {
    var content = random(size);
    var random = new Random(largestStep);
    try (var file = fileOf(content); var window = new ReadAhead(file)) {
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
        at += step;
      }
      assertFalse(window.load(size, 1));
      assertFalse(window.load(size - 1, 2));
      assertTrue(window.load(0, 1), "back to where it began");
      assertEquals(content[0], window.buffer().get(window.at(0)));
    }
  }

  @Test
  void noLengthLeadsToAnAllocationThatTheFileDoesNotJustify() throws IOException {
    try (var file = fileOf(random(2_000_000)); var window = new ReadAhead(file)) {
      assertFalse(window.load(100, Integer.MAX_VALUE));
      assertFalse(window.load(100, 2_000_000));
      assertTrue(window.buffer().capacity() < 1 << 20);
      assertTrue(window.load(0, 2_000_000));
      assertEquals(2_000_000, window.buffer().capacity());
    }
  }

  @Test
  void anErrorOfReadingAheadIsToldWhenWhatWasReadIsNeeded() throws IOException {
    try (var file = new FailingFile(fileOf(random(5_000_000)), 2_000_000); var window = new ReadAhead(file)) {
      var error = assertThrows(IOException.class, () -> {
        for (var at = 0; at < 5_000_000; at += 1000) {
          assertTrue(window.load(at, 1000));
          assertTrue(at < 2_000_000);
        }
      });
      assertEquals("planted", error.getMessage());
    }
  }

  @Test
  void anInterruptDoesNotDisturbIt() throws IOException {
    var content = random(5_000_000);
    try (var file = fileOf(content); var window = new ReadAhead(file)) {
      Thread.currentThread().interrupt();
      for (var at = 0; at < 5_000_000; at += 1000) {
        assertTrue(window.load(at, 1000));
        assertEquals(content[at], window.buffer().get(window.at(at)));
      }
    } finally {
      assertTrue(Thread.interrupted(), "the flag is kept");
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
