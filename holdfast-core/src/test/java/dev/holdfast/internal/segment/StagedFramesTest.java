package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.internal.format.RingHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StagedFramesTest {
  private static final int SIZE = 1 << 15;
  private static final int TURNS = 20_000;
  private static final int READERS = 2;

  private static Ring.Half half(Arena arena) {
    return new Ring.Half(arena.allocate(RingHeader.SIZE + SIZE));
  }

  private static byte[] filled(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  @DisplayName("only what is said to be filled is read, until it is over")
  void bounds() throws IOException {
    try (var arena = Arena.ofShared()) {
      var half = half(arena);
      var frames = new StagedFrames(half, 1000, null);
      half.copy(filled(200, 7), 0, 200);
      var bytes = new byte[300];
      assertEquals(StagedFrames.NOT_THERE, frames.read(1000, bytes, 0, 300));
      frames.filled(160);
      assertEquals(160, frames.read(1000, bytes, 0, 300));
      assertEquals(10, frames.read(1150, bytes, 5, 300));
      assertEquals(3, frames.read(1100, bytes, 5, 3));
      assertEquals(StagedFrames.NOT_THERE, frames.read(1160, bytes, 0, 1));
      frames.end();
      assertEquals(StagedFrames.NOT_THERE, frames.read(1000, bytes, 0, 300));
    }
  }

  @Test
  @DisplayName("a position is looked for in what is being filled, then in what is being written")
  void chain() {
    try (var arena = Arena.ofShared()) {
      var half = half(arena);
      var older = new StagedFrames(half, 1000, null);
      var newer = new StagedFrames(half, 2000, older);
      assertNull(StagedFrames.at(999, newer));
      assertSame(older, StagedFrames.at(1000, newer));
      assertSame(older, StagedFrames.at(1999, newer));
      assertSame(newer, StagedFrames.at(2000, newer));
      newer.forgetBefore();
      assertNull(StagedFrames.at(1999, newer));
      assertNull(StagedFrames.at(0, null));
    }
  }

  @Test
  @DisplayName("memory that is gone is an error, unless all of it was written before")
  void closed() throws IOException {
    var arena = Arena.ofShared();
    var frames = new StagedFrames(half(arena), 0, null);
    frames.filled(100);
    var given = new StagedFrames(half(arena), 0, null);
    given.filled(100);
    arena.close();
    assertThrows(IOException.class, () -> frames.read(0, new byte[100], 0, 100));
    given.end();
    assertEquals(StagedFrames.NOT_THERE, given.read(0, new byte[100], 0, 100));
  }

  @Test
  @DisplayName("what is copied while the memory is used again is not taken for what it was")
  void recycled() {
    try (var arena = Arena.ofShared(); var threads = new Readers()) {
      var half = half(arena);
      for (var turn = 0; turn < TURNS && threads.areRunning(); turn++) {
        var frames = new StagedFrames(half, turn, null);
        half.copy(filled(SIZE, turn), 0, SIZE);
        frames.filled(SIZE);
        threads.current.set(new Turn(frames, turn));
        Thread.onSpinWait();
        frames.end();
      }
      assertTrue(threads.read() > 0, "nobody has read anything");
    }
  }

  private record Turn(StagedFrames frames, int number) {}

  private static final class Readers implements AutoCloseable {
    private final AtomicReference<Turn> current = new AtomicReference<>();
    private final CompletableFuture<?>[] running = new CompletableFuture<?>[READERS];
    private volatile boolean over;
    private volatile long read;

    Readers() {
      for (var i = 0; i < READERS; i++) {
        var reading = new CompletableFuture<Void>();
        running[i] = reading;
        Thread.ofPlatform().name("reader-" + i).daemon().start(() -> {
          try {
            readOn();
            reading.complete(null);
          } catch (IOException | RuntimeException | Error e) {
            reading.completeExceptionally(e);
          }
        });
      }
    }

    private void readOn() throws IOException {
      var bytes = new byte[SIZE];
      while (!over) {
        var turn = current.get();
        if (turn != null && turn.frames.read(turn.number, bytes, 0, SIZE) > 0) {
          read = turn.number + 1L;
          for (var i = 0; i < SIZE; i++) {
            if (bytes[i] != (byte) turn.number) {
              throw new AssertionError("byte " + i + " is of another turn than " + turn.number);
            }
          }
        }
      }
    }

    boolean areRunning() {
      return Arrays.stream(running).noneMatch(CompletableFuture::isDone);
    }

    long read() {
      return read;
    }

    @Override
    public void close() {
      over = true;
      for (var reading : running) {
        reading.orTimeout(30, TimeUnit.SECONDS).join();
      }
    }
  }
}
